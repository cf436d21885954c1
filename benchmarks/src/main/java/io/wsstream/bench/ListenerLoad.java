package io.wsstream.bench;

import io.wsstream.pty.KillPolicy;
import io.wsstream.pty.PtyExit;
import io.wsstream.pty.PtyListener;
import io.wsstream.pty.PtyOutput;
import io.wsstream.pty.PtyProcess;
import io.wsstream.pty.PtyRuntime;
import io.wsstream.pty.PtySpec;
import io.wsstream.pty.PtyStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Our way with listeners, on a terminal or on pipes. */
final class ListenerLoad implements PtyLoad {
    static final int COLUMNS = 80;
    static final int ROWS = 24;
    private static final long WAIT_SECONDS = 100;

    private final PtyRuntime runtime = PtyRuntime.start();
    private final boolean terminal;

    ListenerLoad(boolean terminal) {
        this.terminal = terminal;
    }

    @Override
    public double firstByteMicros(String shell) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        FirstByte first = new FirstByte();
        PtyProcess process = spawn(shell, first);
        first.awaitExit(process, 0);
        return (first.seen() - begun) / 1000.0;
    }

    @Override
    public double[] echoMicros(String shell, int rounds) throws IOException, InterruptedException {
        Echo echo = new Echo(rounds);
        PtyProcess process = spawn(shell, echo);
        echo.awaitExit(process, Program.KILLED);
        return echo.micros;
    }

    @Override
    public double outputSeconds(String shell, long bytes) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        Sink sink = new Sink(bytes);
        PtyProcess process = spawn(shell, sink);
        sink.awaitExit(process, 0);
        return (sink.seen() - begun) / 1e9;
    }

    @Override
    public void hold(String shell) throws IOException, InterruptedException {
        Held program = new Held();
        spawn(shell, program);
        if (!program.said.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("a program says nothing");
        }
    }

    @Override
    public void close() {
        runtime.close();
    }

    private PtyProcess spawn(String shell, PtyListener listener) throws IOException {
        PtySpec.Builder spec = PtySpec.command("/bin/sh", "-c", shell).environment(System.getenv());
        if (terminal) {
            spec.terminal(COLUMNS, ROWS);
        } else {
            spec.stderr(false);
        }
        return runtime.spawn(spec.build(), listener);
    }

    /** Hears one program; the first fault ends it. */
    private abstract static class Program implements PtyListener {
        static final int KILLED = 128 + 9;

        PtyProcess process;
        private @Nullable IOException fault; // owner: loop thread until the exit
        long nanos; // when the byte came that is waited for; 0 before

        @SuppressWarnings("NullAway.Init") // onStart is the first call
        Program() {}

        /** Takes what came; runs on the loop thread. */
        abstract void onBytes(ByteBuffer bytes) throws IOException;

        @Override
        public void onStart(PtyProcess started) {
            process = started;
        }

        @Override
        public void onOutput(PtyOutput output) {
            try {
                onBytes(output.bytes());
            } catch (IOException wrong) {
                if (fault == null) {
                    fault = wrong;
                }
                process.terminate(KillPolicy.kill());
            } finally {
                output.release();
            }
        }

        @Override
        public void onOutputEnd(PtyStream source) {}

        @Override
        public void onInputWritable() {}

        @Override
        public void onExit(PtyExit exit) {}

        void expect(ByteBuffer bytes, int expected) throws IOException {
            if (bytes.remaining() != 1 || (bytes.get(bytes.position()) & 0xFF) != expected) {
                throw new IOException(bytes.remaining() + " bytes came, the first "
                        + (bytes.get(bytes.position()) & 0xFF) + "; expected the one byte " + expected);
            }
        }

        void write(ByteBuffer bytes) throws IOException {
            process.write(bytes);
            if (bytes.hasRemaining()) {
                throw new IOException("the program took no byte");
            }
        }

        void writeLine() throws IOException {
            write(ByteBuffer.wrap(new byte[] {'\n'}));
        }

        /** {@return when the byte came that was waited for; after the exit} */
        long seen() throws IOException {
            if (nanos == 0) {
                throw new IOException("the output ended before the byte that was waited for");
            }
            return nanos;
        }

        void awaitExit(PtyProcess of, int expected) throws IOException, InterruptedException {
            int code;
            try {
                code = of.exit()
                        .toCompletableFuture()
                        .get(WAIT_SECONDS, TimeUnit.SECONDS)
                        .code();
            } catch (ExecutionException | TimeoutException late) {
                throw new IOException("process " + of.pid() + " does not end", late);
            }
            if (fault != null) {
                throw fault;
            }
            if (code != expected) {
                throw new IOException("the program ended with " + code + ", expected " + expected);
            }
        }
    }

    /** Ends the program at its first byte. */
    private static final class FirstByte extends Program {
        @Override
        void onBytes(ByteBuffer bytes) throws IOException {
            if (nanos == 0) {
                nanos = System.nanoTime();
                expect(bytes, 'x');
                writeLine();
            }
        }
    }

    /** Sends a byte when the one before has come back. */
    private static final class Echo extends Program {
        final double[] micros;
        private final ByteBuffer one = ByteBuffer.allocateDirect(1);
        private int next = -ECHO_WARM_UPS - 1; // the x comes first
        private long begun;

        Echo(int rounds) {
            this.micros = new double[rounds];
        }

        @Override
        void onBytes(ByteBuffer bytes) throws IOException {
            expect(bytes, next < -ECHO_WARM_UPS ? 'x' : next & 0xFF);
            if (next >= 0) {
                micros[next] = (System.nanoTime() - begun) / 1000.0;
            }
            next++;
            if (next == micros.length) {
                process.terminate(KillPolicy.kill());
                return;
            }
            one.clear().put(0, (byte) next);
            begun = System.nanoTime();
            write(one);
        }
    }

    /** Counts and compares; ends the program at its last byte. */
    private static final class Sink extends Program {
        private final PatternCheck check;

        Sink(long bytes) {
            this.check = new PatternCheck(bytes);
        }

        @Override
        void onBytes(ByteBuffer bytes) throws IOException {
            if (check.take(bytes)) {
                nanos = System.nanoTime();
                writeLine();
            }
        }
    }

    private static final class Held extends Program {
        final CountDownLatch said = new CountDownLatch(1);

        @Override
        void onBytes(ByteBuffer bytes) throws IOException {
            expect(bytes, 'x');
            said.countDown();
        }
    }
}
