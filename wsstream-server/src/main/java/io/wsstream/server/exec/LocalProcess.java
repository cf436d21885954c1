package io.wsstream.server.exec;

import io.wsstream.core.Channel;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.status.Status;
import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.pty.KillPolicy;
import io.wsstream.pty.PtyException;
import io.wsstream.pty.PtyExit;
import io.wsstream.pty.PtyListener;
import io.wsstream.pty.PtyOutput;
import io.wsstream.pty.PtyProcess;
import io.wsstream.pty.PtyRuntime;
import io.wsstream.pty.PtySpec;
import io.wsstream.pty.PtyStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each command as a process on this host, on a terminal or on pipes, as the user of this JVM. Whoever installs it
 * lets callers run anything: keep the server on loopback, or behind its token.
 *
 * <p>A command that cannot be started ends as {@code docker exec} does: one line on stderr (stdout with a tty) and exit
 * code 127 (not found) or 126 (not executable). A process killed by signal n has exit code 128 + n.
 *
 * <p>When the client is lost the process gets end of file on stdin first, after {@link Builder#grace} the {@link
 * Builder#onClientLost} policy, which ends in KILL for its whole session.
 *
 * <p><b>Threads:</b> the loops of its {@link PtyRuntime}, and {@code wsstream-spawn-N}, one per processor, which start
 * processes since that blocks for about a millisecond. <b>Blocking:</b> {@link #close} waits, bounded, for all
 * processes to end.
 */
public final class LocalProcess implements ExecTarget, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalProcess.class);
    private static final List<String> INHERITED = List.of("PATH", "HOME", "USER", "LANG", "TZ");
    private static final TerminalSize FALLBACK_SIZE = new TerminalSize(80, 24);

    private final PtyRuntime runtime;
    private final ExecutorService spawner;
    private final Builder options;

    private LocalProcess(Builder options) {
        this.options = options;
        this.runtime = PtyRuntime.start();
        AtomicInteger number = new AtomicInteger();
        int threads = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "wsstream-spawn-" + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        this.spawner = pool;
    }

    /** {@return a target that runs commands in the JVM's directory with {@link Builder the defaults}} */
    public static LocalProcess create() {
        return builder().build();
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** How processes are run. */
    public static final class Builder {
        private @Nullable Path directory;
        private final Map<String, String> environment = new HashMap<>();
        private @Nullable KillPolicy onClientLost = KillPolicy.hangup();
        private Duration grace = Duration.ofSeconds(3);
        private Duration firstSize = Duration.ofSeconds(1);

        private Builder() {}

        /**
         * Where processes start; the JVM's own directory otherwise.
         *
         * @param path a directory
         * @return this
         */
        public Builder directory(Path path) {
            directory = path;
            return this;
        }

        /**
         * Sets a variable, beyond PATH, HOME, USER, LANG, LC_*, TZ, and TERM with a tty, which processes get from the
         * JVM's own environment. Nothing else is inherited.
         *
         * @param name its name
         * @param value its value
         * @return this
         */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /**
         * What happens to a process whose client is lost, after {@link #grace}.
         *
         * @param policy signals and waits; default {@link KillPolicy#hangup}
         * @return this
         */
        public Builder onClientLost(KillPolicy policy) {
            onClientLost = policy;
            return this;
        }

        /**
         * Lets a process whose client is lost go on, its output discarded.
         *
         * @return this
         */
        public Builder keepOnClientLost() {
            onClientLost = null;
            return this;
        }

        /**
         * How long a process whose client is lost may take to end by itself on end of file.
         *
         * @param time default 3 s
         * @return this
         */
        public Builder grace(Duration time) {
            grace = time;
            return this;
        }

        /**
         * How long a process on a terminal waits for the client's first size before it starts with 80x24.
         *
         * @param time default 1 s: a round trip, and a client that is slow to start; who never tells a size waits that long
         * @return this
         */
        public Builder firstSize(Duration time) {
            firstSize = time;
            return this;
        }

        /** {@return the target; close it after its server} */
        public LocalProcess build() {
            return new LocalProcess(this);
        }
    }

    @Override
    public void open(ExecSession session) {
        if (session.request().tty()) {
            session.whenSized(options.firstSize, size -> spawnSoon(session, size == null ? FALLBACK_SIZE : size));
        } else {
            spawnSoon(session, null);
        }
    }

    private void spawnSoon(ExecSession session, @Nullable TerminalSize size) {
        try {
            spawner.execute(() -> spawn(session, size));
        } catch (RejectedExecutionException closed) {
            session.fail(Status.internalError("this server is shutting down"));
        }
    }

    private void spawn(ExecSession session, @Nullable TerminalSize size) {
        Run run = new Run(session, options);
        try {
            runtime.spawn(spec(session, size), run);
        } catch (PtyException refused) {
            explain(session, refused);
        } catch (RuntimeException bug) {
            LOG.warn("session {}: cannot start a process", session.request().sessionId(), bug);
            session.fail(Status.internalError("cannot start the command: " + bug.getMessage()));
        }
    }

    private PtySpec spec(ExecSession session, @Nullable TerminalSize size) {
        ExecRequest request = session.request();
        PtySpec.Builder spec = PtySpec.command(request.command())
                .environment(environment(request))
                .headroom(ChannelConnection.HEADROOM)
                .outputBytes(Math.min(PtySpec.MAX_OUTPUT_BYTES, session.messageBytes()));
        if (options.onClientLost != null) {
            spec.killPolicy(options.onClientLost);
        }
        if (options.directory != null) {
            spec.directory(options.directory);
        }
        if (size != null) {
            spec.terminal(size.columns(), size.rows());
        } else {
            spec.stdin(request.stdin()).stdout(request.stdout()).stderr(request.stderr());
        }
        return spec.build();
    }

    private Map<String, String> environment(ExecRequest request) {
        Map<String, String> result = new HashMap<>();
        System.getenv().forEach((name, value) -> {
            if (INHERITED.contains(name) || name.startsWith("LC_")) {
                result.put(name, value);
            }
        });
        if (request.tty()) {
            result.put("TERM", "xterm-256color");
        }
        result.putAll(options.environment);
        return result;
    }

    private static void explain(ExecSession session, PtyException refused) {
        LOG.debug("session {}: {}", session.request().sessionId(), refused.getMessage());
        boolean commandsFault = switch (refused.kind()) {
            case NOT_FOUND, NOT_EXECUTABLE, ARGUMENT_LIST_TOO_LONG -> true;
            default -> false;
        };
        if (!commandsFault) {
            session.fail(Status.internalError("cannot start the command: " + refused.getMessage()));
            return;
        }
        boolean tty = session.request().tty();
        byte[] line = (refused.getMessage() + (tty ? "\r\n" : "\n")).getBytes(StandardCharsets.UTF_8);
        session.send(tty ? Channel.STDOUT : Channel.STDERR, ByteBuffer.wrap(line));
        session.exit(refused.exitCode());
    }

    /** Ends all processes by their policy, then the threads. Idempotent. */
    @Override
    public void close() {
        List<Runnable> left = spawner.shutdownNow();
        runtime.close();
        left.forEach(Runnable::run); // They find the runtime closed, and tell their clients.
    }

    /** One process and its session, each way. */
    private static final class Run implements PtyListener, ExecSession.Client {
        private final ExecSession session;
        private final Builder options;
        private volatile @Nullable PtyProcess process;

        Run(ExecSession session, Builder options) {
            this.session = session;
            this.options = options;
        }

        // -------- process to client; on the process's loop thread

        @Override
        public void onStart(PtyProcess started) {
            process = started;
            session.start(this);
        }

        @Override
        public void onOutput(PtyOutput output) {
            Channel stream = output.source() == PtyStream.STDERR ? Channel.STDERR : Channel.STDOUT;
            session.send(stream, output.bytes(), ChannelConnection.HEADROOM, output::release);
            PtyProcess from = process;
            if (from != null && !session.isWritable()) {
                from.pauseOutput(PtyStream.STDOUT);
                from.pauseOutput(PtyStream.STDERR);
                if (session.isWritable()) {
                    onWritable(); // It drained meanwhile, and nobody would tell again.
                }
            }
        }

        @Override
        public void onOutputEnd(PtyStream source) {}

        @Override
        public void onInputWritable() {
            session.drainInput();
        }

        @Override
        public void onExit(PtyExit exit) {
            session.exit(exit.code());
        }

        // -------- client to process; on I/O threads

        @Override
        public void onInput(ByteBuffer bytes) {
            PtyProcess to = process;
            if (to != null && to.write(bytes) < 0) {
                bytes.position(bytes.limit()); // Nobody reads it any more.
            }
        }

        @Override
        public void onInputEnd() {
            PtyProcess to = process;
            if (to == null) {
                return;
            }
            boolean lost = !session.isConnected();
            if (lost) {
                keepSession(to);
            }
            // On a terminal the end of input is a key, which would run a command that was typed halfway.
            if (!to.terminal() || !lost) {
                to.closeInput();
            }
        }

        /** A process that ends on the end of its input must not end before we are sure of what it has started. */
        private void keepSession(PtyProcess of) {
            if (options.onClientLost != null) {
                of.holdExitForSession();
            }
        }

        @Override
        public void onResize(TerminalSize size) {
            PtyProcess to = process;
            if (to != null && size.columns() > 0 && size.rows() > 0) {
                to.resize(size.columns(), size.rows());
            }
        }

        @Override
        public void onWritable() {
            PtyProcess from = process;
            if (from != null) {
                from.resumeOutput(PtyStream.STDOUT);
                from.resumeOutput(PtyStream.STDERR);
            }
        }

        @Override
        public void onGone() {
            PtyProcess left = process;
            if (left == null) {
                return;
            }
            left.detachOutput();
            keepSession(left);
            KillPolicy policy = options.onClientLost;
            if (policy == null) {
                session.fail(Status.internalError("the client is gone; the process goes on"));
                return;
            }
            // A terminal whose client is gone is hung up; what reads a pipe may first finish with what it was given.
            session.later(left.terminal() ? Duration.ZERO : options.grace, () -> left.terminate(policy));
        }
    }
}
