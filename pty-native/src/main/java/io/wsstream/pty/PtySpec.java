package io.wsstream.pty;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to run: command, environment, folder, terminal or pipes, bounds.
 *
 * <p>Immutable. User, umask, resource limits and control group are inherited from this process; everything else is set:
 * a new session, default signal dispositions, an empty signal mask, no descriptor but 0, 1 and 2. Texts travel as UTF-8.
 * A text the system cannot take (a NUL, {@code =} in a name) is refused by {@link PtyRuntime#spawn}.
 */
public final class PtySpec {
    /** The most that one output can hold. */
    public static final int MAX_OUTPUT_BYTES = ChunkPool.READ_BYTES;

    /** Size of a terminal that was asked for, or null for pipes. */
    private final @Nullable Terminal terminal;

    private final List<String> command;
    private final Map<String, String> environment;
    private final @Nullable Path directory;
    private final boolean stdin;
    private final boolean stdout;
    private final boolean stderr;
    private final int headroomBytes;
    private final int outputBytes;
    private final Duration quietDrain;
    private final Duration totalDrain;
    private final int terminalDrainBytes;
    private final KillPolicy killPolicy;

    private PtySpec(Builder b) {
        this.terminal = b.terminal;
        this.command = b.command;
        this.environment = b.environment;
        this.directory = b.directory;
        this.stdin = b.stdin;
        this.stdout = b.stdout;
        this.stderr = b.stderr;
        this.headroomBytes = b.headroomBytes;
        this.outputBytes = b.outputBytes;
        this.quietDrain = b.quietDrain;
        this.totalDrain = b.totalDrain;
        this.terminalDrainBytes = b.terminalDrainBytes;
        this.killPolicy =
                b.killPolicy != null ? b.killPolicy : b.terminal != null ? KillPolicy.hangup() : KillPolicy.polite();
    }

    /**
     * {@return a builder for a command}
     *
     * @param argv the program and its arguments, at least the program; see {@link #command(List)}
     */
    public static Builder command(String... argv) {
        return command(List.of(argv));
    }

    /**
     * {@return a builder for a command}
     *
     * @param argv the program and its arguments. A program without a slash is looked up in PATH of the environment
     *     given to the builder ({@code /bin:/usr/bin} if there is none), never in the working folder unless PATH names
     *     it; empty entries of PATH are skipped. One with a slash is relative to {@link Builder#directory}.
     * @throws IllegalArgumentException if it is empty
     */
    public static Builder command(List<String> argv) {
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("an empty command; expected at least the program");
        }
        return new Builder(List.copyOf(argv));
    }

    /** {@return program and arguments} */
    public List<String> argv() {
        return command;
    }

    /** {@return whether it runs on a terminal} */
    public boolean hasTerminal() {
        return terminal != null;
    }

    Map<String, String> environment() {
        return environment;
    }

    @Nullable
    Path directory() {
        return directory;
    }

    @Nullable
    Terminal terminal() {
        return terminal;
    }

    boolean stdin() {
        return stdin;
    }

    boolean stdout() {
        return stdout;
    }

    boolean stderr() {
        return stderr;
    }

    int headroomBytes() {
        return headroomBytes;
    }

    int outputBytes() {
        return outputBytes;
    }

    Duration quietDrain() {
        return quietDrain;
    }

    Duration totalDrain() {
        return totalDrain;
    }

    int terminalDrainBytes() {
        return terminalDrainBytes;
    }

    KillPolicy killPolicy() {
        return killPolicy;
    }

    static int clampCells(int cells) {
        return Math.max(0, Math.min(0xFFFF, cells));
    }

    record Terminal(int columns, int rows) {}

    /** Collects a {@link PtySpec}. Not for several threads. */
    public static final class Builder {
        private final List<String> command;
        private Map<String, String> environment = Map.of();
        private @Nullable Path directory;
        private @Nullable Terminal terminal;
        private boolean stdin = true;
        private boolean stdout = true;
        private boolean stderr = true;
        private int headroomBytes = 16;
        private int outputBytes = MAX_OUTPUT_BYTES;
        private Duration quietDrain = Duration.ofSeconds(2);
        private Duration totalDrain = Duration.ofSeconds(10);
        private int terminalDrainBytes = 256 * 1024;
        private @Nullable KillPolicy killPolicy;

        private Builder(List<String> command) {
            this.command = command;
        }

        /**
         * The whole environment: nothing is inherited. Default: empty.
         *
         * @param environment names and values; copied
         * @return this
         */
        public Builder environment(Map<String, String> environment) {
            this.environment = Map.copyOf(environment);
            return this;
        }

        /**
         * The folder to start in. Default: that of this JVM.
         *
         * @param directory an existing folder; checked when the process starts
         * @return this
         */
        public Builder directory(Path directory) {
            this.directory = directory.toAbsolutePath();
            return this;
        }

        /**
         * Runs on a new terminal, which is controlling terminal, stdin, stdout and stderr. The size is set before the
         * program starts. Without this call it runs on pipes.
         *
         * @param columns width in cells; clamped to 0 to 65535
         * @param rows height in cells; clamped to 0 to 65535
         * @return this
         */
        public Builder terminal(int columns, int rows) {
            this.terminal = new Terminal(clampCells(columns), clampCells(rows));
            return this;
        }

        /**
         * Whether stdin is a pipe (default) or {@code /dev/null}. Without meaning on a terminal.
         *
         * @param pipe false for {@code /dev/null}
         * @return this
         */
        public Builder stdin(boolean pipe) {
            this.stdin = pipe;
            return this;
        }

        /**
         * Whether stdout is a pipe (default) or {@code /dev/null}. Without meaning on a terminal.
         *
         * @param pipe false for {@code /dev/null}
         * @return this
         */
        public Builder stdout(boolean pipe) {
            this.stdout = pipe;
            return this;
        }

        /**
         * Whether stderr is a pipe (default) or {@code /dev/null}. Without meaning on a terminal.
         *
         * @param pipe false for {@code /dev/null}
         * @return this
         */
        public Builder stderr(boolean pipe) {
            this.stderr = pipe;
            return this;
        }

        /**
         * Room that every output buffer has free before its bytes. Default 16.
         *
         * @param bytes 0 to 256
         * @return this
         */
        public Builder headroom(int bytes) {
            if (bytes < 0 || bytes > ChunkPool.MAX_HEADROOM_BYTES) {
                throw new IllegalArgumentException(
                        "headroom of " + bytes + " bytes; expected 0 to " + ChunkPool.MAX_HEADROOM_BYTES);
            }
            this.headroomBytes = bytes;
            return this;
        }

        /**
         * How much one output holds at most. Default {@value PtySpec#MAX_OUTPUT_BYTES}; with up to 16,384 its buffer is a quarter of the size, too.
         *
         * @param bytes 1 to {@value PtySpec#MAX_OUTPUT_BYTES}
         * @return this
         */
        public Builder outputBytes(int bytes) {
            if (bytes < 1 || bytes > MAX_OUTPUT_BYTES) {
                throw new IllegalArgumentException("outputs of " + bytes + " bytes; expected 1 to " + MAX_OUTPUT_BYTES);
            }
            this.outputBytes = bytes;
            return this;
        }

        /**
         * Pipes only: how long to read on after the process has ended, when another process holds them open. Time in
         * which output is paused does not count. Default 2 s and 10 s.
         *
         * @param quiet since the last byte
         * @param total in all
         * @return this
         */
        public Builder pipeDrain(Duration quiet, Duration total) {
            if (quiet.isNegative() || total.isNegative()) {
                throw new IllegalArgumentException("drain of " + quiet + ", " + total + "; expected no negative time");
            }
            this.quietDrain = quiet;
            this.totalDrain = total;
            return this;
        }

        /**
         * Terminal only: how much to read at most after the process has ended, when another process goes on writing.
         * What a terminal holds is far below the default of 256 KiB.
         *
         * @param bytes 0 and more
         * @return this
         */
        public Builder terminalDrain(int bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("drain of " + bytes + " bytes; expected 0 and more");
            }
            this.terminalDrainBytes = bytes;
            return this;
        }

        /**
         * What {@link PtyProcess#close()} and {@link PtyRuntime#close()} do. Default {@link KillPolicy#hangup()} on a
         * terminal, {@link KillPolicy#polite()} on pipes.
         *
         * @param policy how to end it
         * @return this
         */
        public Builder killPolicy(KillPolicy policy) {
            this.killPolicy = policy;
            return this;
        }

        /** {@return the specification} */
        public PtySpec build() {
            return new PtySpec(this);
        }
    }
}
