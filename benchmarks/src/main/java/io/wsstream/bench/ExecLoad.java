package io.wsstream.bench;

import io.wsstream.bench.Row.Better;
import java.io.IOException;
import java.util.List;

/** What one exec or many are used for, the same on every {@link ExecStack}. */
sealed interface ExecLoad {
    int KIB = 1 << 10;

    /** {@return short and stable} */
    String id();

    /** {@return the same for a person} */
    String what();

    /** {@return the figures of one run, in which every count and exit code was right} */
    List<Measurement> run(ExecStack stack) throws IOException;

    /** {@return the same for the JVMs to be warm: more of what a run does seldom} */
    default ExecLoad warmUp() {
        return this;
    }

    /**
     * Runs it with a checksum, unless each run compares every byte.
     *
     * @throws IOException if a byte was wrong
     */
    default void check(ExecStack stack) throws IOException {}

    /** {@return what the figures of a run are shown as} */
    default List<Row> rows(String idPrefix, String whatPrefix, Job ours, Job theirs) {
        return Row.latencies(idPrefix + id(), whatPrefix + what(), ours, theirs);
    }

    /** How fast one stream is. */
    sealed interface Rate extends ExecLoad {
        /** So many that every queue fills in frames of 32 KiB. */
        int CHECKED_FRAMES = 129;

        String stream();

        /** {@return bytes of a write} */
        int frame();

        @Override
        default String id() {
            return stream() + "-" + (frame() < KIB ? "" + frame() : frame() / KIB + "k");
        }

        @Override
        default String what() {
            return stream() + ", " + (frame() < KIB ? frame() + " B" : frame() / KIB + " KiB");
        }

        @Override
        default List<Row> rows(String idPrefix, String whatPrefix, Job ours, Job theirs) {
            return List.of(new Row(idPrefix + id(), whatPrefix + what(), Better.MORE_MIB_PER_SECOND, ours, theirs, 0));
        }
    }

    /**
     * The command writes as fast as it may.
     *
     * @param inProcess whether the servers do so themselves, or a process
     * @param frame bytes of a write
     * @param bytes in all, whole frames
     */
    record Stdout(boolean inProcess, int frame, long bytes) implements Rate {
        @Override
        public String stream() {
            return "stdout";
        }

        @Override
        public List<Measurement> run(ExecStack stack) throws IOException {
            return stack.rate(Order.source(stack.address(), command(bytes)), bytes, "bytes");
        }

        @Override
        public void check(ExecStack stack) throws IOException {
            long few = (long) CHECKED_FRAMES * frame;
            byte[] expected = inProcess ? Pattern.frame(frame) : new byte[frame];
            Order order = Order.source(stack.address(), command(few)).withSha256();
            stack.ask(order, "sha256", Pattern.sha256(few, expected));
        }

        private List<String> command(long count) {
            return inProcess
                    ? List.of("source", "" + count, "" + frame)
                    : List.of("dd", "if=/dev/zero", "bs=" + frame, "count=" + count / frame, "status=none");
        }
    }

    /**
     * The client writes as fast as it may; the command counts.
     *
     * @param inProcess whether the servers count themselves, or a process
     * @param frame bytes of a write
     * @param bytes in all
     */
    record Stdin(boolean inProcess, int frame, long bytes) implements Rate {
        @Override
        public String stream() {
            return "stdin";
        }

        @Override
        public List<Measurement> run(ExecStack stack) throws IOException {
            List<String> command = inProcess ? List.of("sink") : List.of("wc", "-c");
            return stack.rate(Order.sink(stack.address(), command, bytes, frame), bytes, "reply");
        }

        @Override
        public void check(ExecStack stack) throws IOException {
            long few = (long) CHECKED_FRAMES * frame;
            String sum = Pattern.sha256(few, Pattern.frame(frame));
            List<String> command = inProcess ? List.of("sink", "sha256") : List.of("sha256sum");
            Order order = Order.sink(stack.address(), command, few, frame);
            stack.ask(order, "reply", inProcess ? few + " " + sum : sum + "  -");
        }
    }

    /**
     * One byte there and back.
     *
     * @param inProcess whether the servers send it back themselves, or {@code cat}
     * @param sessions all at once
     * @param rounds of each
     */
    record Echo(boolean inProcess, int sessions, int rounds) implements ExecLoad {
        @Override
        public String id() {
            return "echo-" + sessions;
        }

        @Override
        public String what() {
            return sessions == 1 ? "echo" : "echo, " + sessions + " sessions";
        }

        @Override
        public List<Measurement> run(ExecStack stack) throws IOException {
            List<String> command = List.of(inProcess ? "echo" : "cat");
            return Latencies.of(stack.client().ask(Order.echo(stack.address(), command, rounds, sessions)));
        }
    }

    /**
     * One session after the other, each to its first byte of stdout, with a connection of its own.
     *
     * @param again whether the client may keep what it has learnt of the server
     * @param times how many
     */
    record Connect(boolean again, int times) implements ExecLoad {
        private static final int WARM_UP_SESSIONS = 1000;

        @Override
        public String id() {
            return again ? "reconnect" : "connect";
        }

        @Override
        public String what() {
            return again ? "connect again" : "connect to first byte";
        }

        /** The code of a handshake runs once a session: seen to become faster during some 3,000 of them. */
        @Override
        public ExecLoad warmUp() {
            return new Connect(again, WARM_UP_SESSIONS);
        }

        @Override
        public List<Measurement> run(ExecStack stack) throws IOException {
            return Latencies.of(
                    stack.client().ask(Order.connect(again, stack.address(), List.of("printf", "x"), times)));
        }
    }
}
