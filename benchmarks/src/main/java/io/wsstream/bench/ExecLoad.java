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

        /** {@return bytes in all} */
        long bytes();

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

        /** {@return what the process under test allocates on its heap, beneath its rate} */
        default Row allocationRow(String idPrefix, Job ours, Job theirs) {
            return new Row(
                    idPrefix + id() + "-allocated", "  allocated per frame", Better.FEWER_BYTES, ours, theirs, 1);
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
            return stack.rate(Order.source(stack.address(), command(bytes)), this, "bytes");
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
     * @param counter who counts
     * @param frame bytes of a write
     * @param bytes in all
     */
    record Stdin(Counter counter, int frame, long bytes) implements Rate {
        /** Who counts the bytes of stdin, and how it knows their end. */
        enum Counter {
            /** {@code wc}, to the end of stdin. */
            PROCESS,
            /** The server itself, to the end of stdin. */
            SERVER,
            /** Ours itself, to the last byte, for clients that cannot end stdin. */
            SERVER_TO_LAST_BYTE
        }

        @Override
        public String stream() {
            return "stdin";
        }

        @Override
        public List<Measurement> run(ExecStack stack) throws IOException {
            List<String> command = switch (counter) {
                case PROCESS -> List.of("wc", "-c");
                case SERVER -> List.of("sink");
                case SERVER_TO_LAST_BYTE -> List.of("sink", "" + bytes);
            };
            return stack.rate(Order.sink(stack.address(), command, bytes, frame), this, "reply");
        }

        @Override
        public void check(ExecStack stack) throws IOException {
            long few = (long) CHECKED_FRAMES * frame;
            String sum = Pattern.sha256(few, Pattern.frame(frame));
            List<String> command = switch (counter) {
                case PROCESS -> List.of("sha256sum");
                case SERVER -> List.of("sink", "sha256");
                case SERVER_TO_LAST_BYTE -> List.of("sink", "sha256", "" + few);
            };
            Order order = Order.sink(stack.address(), command, few, frame);
            stack.ask(order, "reply", counter == Counter.PROCESS ? sum + "  -" : few + " " + sum);
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
     * @param warmUpTimes how many in a warm-up: its code runs once a session
     */
    record Connect(boolean again, int times, int warmUpTimes) implements ExecLoad {
        @Override
        public String id() {
            return again ? "reconnect" : "connect";
        }

        @Override
        public String what() {
            return again ? "connect again" : "connect to first byte";
        }

        @Override
        public ExecLoad warmUp() {
            return new Connect(again, warmUpTimes, warmUpTimes);
        }

        @Override
        public List<Measurement> run(ExecStack stack) throws IOException {
            return Latencies.of(
                    stack.client().ask(Order.connect(again, stack.address(), List.of("printf", "x"), times)));
        }
    }
}
