package io.wsstream.bench;

import com.pty4j.PtyProcessBuilder;
import io.wsstream.pty.KillPolicy;
import io.wsstream.pty.PtyRuntime;
import io.wsstream.pty.PtySpec;
import io.wsstream.pty.PtyStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The ways with blocking streams: ours, pty4j, {@link ProcessBuilder}. */
final class BlockingLoad implements PtyLoad {
    private static final Duration EXIT_WAIT = Duration.ofSeconds(10);

    /** Starts a program. */
    @FunctionalInterface
    private interface Way {
        Program start(List<String> command) throws IOException;
    }

    /** One that runs. */
    private interface Program {
        InputStream output();

        OutputStream input();

        int awaitExit() throws IOException, InterruptedException;

        void kill();
    }

    private final Way way;
    private final Runnable onClose;
    private @Nullable Program lastEnded;

    private BlockingLoad(Way way, Runnable onClose) {
        this.way = way;
        this.onClose = onClose;
    }

    static BlockingLoad ours() {
        PtyRuntime runtime = PtyRuntime.start();
        return new BlockingLoad(
                command -> new OurProgram(PtyStreams.spawn(
                        runtime,
                        PtySpec.command(command)
                                .environment(System.getenv())
                                .terminal(ListenerLoad.COLUMNS, ListenerLoad.ROWS)
                                .build())),
                runtime::close);
    }

    static BlockingLoad pty4j() {
        return new BlockingLoad(
                command -> new JdkProgram(new PtyProcessBuilder(command.toArray(new String[0]))
                        .setEnvironment(System.getenv())
                        .setInitialColumns(ListenerLoad.COLUMNS)
                        .setInitialRows(ListenerLoad.ROWS)
                        .start()),
                () -> {});
    }

    static BlockingLoad processBuilder() {
        return new BlockingLoad(
                command -> new JdkProgram(new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()),
                () -> {});
    }

    @Override
    public double firstByteMicros(String shell) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        Program program = start(shell);
        expect(program, 'x');
        double micros = (System.nanoTime() - begun) / 1000.0;
        end(program);
        return micros;
    }

    @Override
    public double[] echoMicros(String shell, int rounds) throws IOException, InterruptedException {
        Program program = start(shell);
        expect(program, 'x');
        double[] micros = new double[rounds];
        for (int i = -ECHO_WARM_UPS; i < rounds; i++) {
            long begun = System.nanoTime();
            program.input().write((byte) i);
            program.input().flush();
            expect(program, i & 0xFF);
            if (i >= 0) {
                micros[i] = (System.nanoTime() - begun) / 1000.0;
            }
        }
        kill(program);
        return micros;
    }

    @Override
    public double outputSeconds(String shell, long bytes) throws IOException, InterruptedException {
        PatternCheck check = new PatternCheck(bytes);
        byte[] buffer = new byte[64 * 1024];
        long begun = System.nanoTime();
        Program program = start(shell);
        boolean all = false;
        while (!all) {
            int count = program.output().read(buffer);
            if (count < 0) {
                throw new IOException("the output ended before its " + bytes + " bytes");
            }
            all = check.take(ByteBuffer.wrap(buffer, 0, count));
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        int more = end(program);
        if (more > 0) {
            throw new IOException(more + " bytes more than " + bytes);
        }
        return seconds;
    }

    @Override
    public void hold(String shell) throws IOException {
        Program program = start(shell);
        expect(program, 'x');
        Thread reader = new Thread(() -> discard(program), "bench-reader");
        reader.setDaemon(true);
        reader.start();
    }

    @Override
    public void close() {
        onClose.run();
    }

    private Program start(String shell) throws IOException {
        return way.start(List.of("/bin/sh", "-c", shell));
    }

    /** Not by {@code read()}: pty4j's says -128 for the byte 128. */
    private static void expect(Program program, int expected) throws IOException {
        byte[] one = new byte[1];
        int count = program.output().read(one);
        if (count != 1 || (one[0] & 0xFF) != expected) {
            throw new IOException(count + " bytes came, " + one[0] + "; expected the byte " + expected);
        }
    }

    /** {@return how many bytes came before the program ended, when it had got the line that it waits for} */
    private int end(Program program) throws IOException, InterruptedException {
        program.input().write('\n');
        program.input().flush();
        int rest = discard(program);
        int code = program.awaitExit();
        close(program);
        if (code != 0) {
            throw new IOException("the program ended with " + code);
        }
        return rest;
    }

    private void kill(Program program) throws IOException, InterruptedException {
        program.kill();
        program.awaitExit();
        close(program);
    }

    /**
     * Closes the streams of the program that ended before this one. pty4j's reaper writes to one of its descriptors when
     * {@code waitFor} has returned already; had the next terminal got that number, its first read would say -1 (seen once in
     * 1,600 runs).
     */
    private void close(Program program) throws IOException {
        if (lastEnded != null) {
            lastEnded.output().close();
            lastEnded.input().close();
        }
        lastEnded = program;
    }

    private static int discard(Program program) {
        byte[] buffer = new byte[8 * 1024];
        int bytes = 0;
        try {
            for (int n = program.output().read(buffer);
                    n >= 0;
                    n = program.output().read(buffer)) {
                bytes += n;
            }
        } catch (IOException closed) {
            return bytes;
        }
        return bytes;
    }

    private record JdkProgram(Process process) implements Program {
        @Override
        public InputStream output() {
            return process.getInputStream();
        }

        @Override
        public OutputStream input() {
            return process.getOutputStream();
        }

        /** Without a bound: pty4j's with one looks only each 100 ms. */
        @Override
        public int awaitExit() throws InterruptedException {
            return process.waitFor();
        }

        @Override
        public void kill() {
            process.destroyForcibly();
        }
    }

    private record OurProgram(PtyStreams streams) implements Program {
        @Override
        public InputStream output() {
            return streams.stdout();
        }

        @Override
        public OutputStream input() {
            return streams.stdin();
        }

        @Override
        public int awaitExit() throws IOException, InterruptedException {
            try {
                return streams.await(EXIT_WAIT).code();
            } catch (TimeoutException late) {
                throw new IOException("process " + streams.process().pid() + " does not end", late);
            }
        }

        @Override
        public void kill() {
            streams.process().terminate(KillPolicy.kill());
        }
    }
}
