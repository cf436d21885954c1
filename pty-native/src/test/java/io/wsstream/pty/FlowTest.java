package io.wsstream.pty;

import static io.wsstream.pty.Machine.onPipes;
import static io.wsstream.pty.Machine.onTerminal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowTest extends WithRuntime {
    private static final int PASTE_BYTES = 16 * 1024 * 1024;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sixteenMebibytesGoThroughCatUnchangedOnARawTerminal(boolean direct) throws Exception {
        Paste paste = new Paste();
        PtyProcess cat = runtime.spawn(onTerminal("stty raw -echo; printf r; exec cat"), paste);
        paste.awaitBytes(1);

        paste.feed(cat, direct);
        paste.awaitBytes(1 + PASTE_BYTES);

        assertThat(paste.received.getValue()).isEqualTo(paste.sent.getValue());
        cat.terminate(KillPolicy.kill());
        assertThat(paste.exit().signal()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sixteenMebibytesGoThroughCatUnchangedOnPipes(boolean direct) throws Exception {
        Paste paste = new Paste();
        PtyProcess cat = runtime.spawn(onPipes("printf r; exec cat"), paste);
        paste.awaitBytes(1);

        paste.feed(cat, direct);
        cat.closeInput();

        assertThat(paste.exit()).isEqualTo(new PtyExit(0, 0));
        assertThat(paste.bytes).isEqualTo(1 + PASTE_BYTES);
        assertThat(paste.received.getValue()).isEqualTo(paste.sent.getValue());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pausedOutputStaysWithTheProcessAndDoesNotSpin(boolean terminal) throws Exception {
        Recorder recorder = new Recorder() {
            @Override
            public void onStart(PtyProcess process) {
                process.pauseOutput(PtyStream.STDOUT);
                super.onStart(process);
            }
        };
        String script = "stty raw 2>/dev/null; seq 1 30000; echo end";
        PtyProcess seq = runtime.spawn(terminal ? onTerminal(script) : onPipes(script), recorder);
        long before = loopCpuMillis();

        await().during(Duration.ofMillis(300)).until(() -> recorder.outSize() == 0 && !recorder.hasExited());
        long spent = loopCpuMillis() - before;
        seq.resumeOutput(PtyStream.STDOUT);

        assertThat(recorder.exit()).isEqualTo(new PtyExit(0, 0));
        assertThat(recorder.out()).hasSize(168_894 + 4).endsWith("30000\nend\n");
        assertThat(spent).isLessThan(100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theExitWaitsForAListenerThatHasPausedAndLosesNothing(boolean terminal) throws Exception {
        Recorder recorder = new Recorder() {
            @Override
            public void onOutput(PtyOutput output) {
                super.onOutput(output);
                if (!out().contains("words")) {
                    pause(); // now it is watched: a hang-up would be reported again and again
                }
            }
        };
        PtySpec.Builder spec = Machine.sh("stty -echo 2>/dev/null; echo first; read x; echo last words")
                .pipeDrain(Duration.ofMillis(20), Duration.ofMillis(40))
                .terminalDrain(1);
        PtyProcess echo = runtime.spawn(terminal ? spec.terminal(80, 24).build() : spec.build(), recorder);
        waitFor(recorder, "first");
        type(echo, "\n");
        long before = loopCpuMillis();

        await().during(Duration.ofMillis(300)).until(() -> !recorder.hasExited());
        long spent = loopCpuMillis() - before;
        echo.resumeOutput(PtyStream.STDOUT);

        assertThat(recorder.exit()).isEqualTo(new PtyExit(0, 0));
        assertThat(recorder.out()).endsWith(terminal ? "last words\r\n" : "last words\n");
        assertThat(spent).isLessThan(100);
    }

    @Test
    void pauseOnTheLoopThreadStopsAtOnce() throws Exception {
        Semaphore outputs = new Semaphore(0);
        Recorder recorder = new Recorder() {
            @Override
            public void onOutput(PtyOutput output) {
                super.onOutput(output);
                outputs.release();
                pause();
            }
        };
        PtyProcess yes = runtime.spawn(onPipes("yes"), recorder);

        assertThat(outputs.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        await().during(Duration.ofMillis(100)).until(() -> outputs.availablePermits() == 0);
        yes.resumeOutput(PtyStream.STDOUT);
        assertThat(outputs.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        await().during(Duration.ofMillis(100)).until(() -> outputs.availablePermits() == 0);
        yes.detachOutput();
        yes.terminate(KillPolicy.kill());

        assertThat(recorder.exit().signal()).isEqualTo(9);
    }

    @Test
    void aCrowdOfFloodingTerminalsRestsBetweenTurns() throws Exception {
        List<Turns> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Turns turns = new Turns();
            PtyProcess flood = runtime.spawn(onTerminal("stty raw; exec cat /dev/zero"), turns);
            assertThat(flood.pid()).isPositive();
            all.add(turns);
        }
        for (Turns turns : all) {
            Path stat = Path.of("/proc/" + turns.process().pid() + "/stat");
            await().until(() -> Files.readString(stat).contains("(cat) S")); // its terminal is full
        }

        Recorder starter = new Recorder() {
            @Override
            public void onStart(PtyProcess process) {
                super.onStart(process);
                all.forEach(Turns::resume); // on the loop thread: it finds all of them in its next round
            }
        };
        PtyProcess unused = runtime.spawn(onPipes("exit 0"), starter);
        await().until(() -> all.stream().allMatch(Turns::hasTwo));

        assertThat(all)
                .extracting(Turns::nanosBetween)
                .allSatisfy(nanos -> assertThat(nanos).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(15)));
        for (Turns turns : all) {
            turns.process().terminate(KillPolicy.kill());
            assertThat(turns.exit().signal()).isEqualTo(9);
        }
    }

    /** Paused from the start; notes when the first two outputs came. */
    private static final class Turns extends Recorder {
        private long first;
        private long second;

        @Override
        public void onStart(PtyProcess process) {
            process.pauseOutput(PtyStream.STDOUT);
            super.onStart(process);
        }

        void resume() {
            try {
                process().resumeOutput(PtyStream.STDOUT);
            } catch (Exception neverStarted) {
                throw new AssertionError(neverStarted);
            }
        }

        @Override
        public synchronized void onOutput(PtyOutput output) {
            if (first == 0) {
                first = System.nanoTime();
            } else if (second == 0) {
                second = System.nanoTime();
            }
            output.release();
        }

        synchronized boolean hasTwo() {
            return second != 0;
        }

        synchronized long nanosBetween() {
            return second - first;
        }
    }

    @Test
    void unreleasedOutputStopsTheReadingAtOneMebibyte() throws Exception {
        Queue<PtyOutput> held = new ConcurrentLinkedQueue<>();
        Recorder recorder = new Recorder() {
            @Override
            public void onOutput(PtyOutput output) {
                held.add(output);
            }
        };
        PtyProcess zeros = runtime.spawn(onPipes("head -c 8000000 /dev/zero"), recorder);

        await().until(() -> held.size() > 10);
        await().during(Duration.ofMillis(200)).until(() -> pinned(held) < 1_200_000);
        long total = 0;
        while (!recorder.hasExited() || !held.isEmpty()) {
            PtyOutput output = held.poll();
            if (output != null) {
                total += output.bytes().remaining();
                output.release();
            }
        }

        assertThat(total).isEqualTo(8_000_000);
        assertThat(zeros.exit().toCompletableFuture()).isCompletedWithValue(new PtyExit(0, 0));
    }

    @Test
    void aProcessThatNeverReadsTakesLittleAndDoesNotSpin() throws Exception {
        for (boolean terminal : new boolean[] {true, false}) {
            Recorder recorder = run(
                    terminal
                            ? onTerminal("stty raw -echo; echo r; exec sleep 1000")
                            : onPipes("echo r; exec sleep 1000"));
            waitFor(recorder, "r");
            ByteBuffer paste = ByteBuffer.allocate(1 << 20);
            int taken = recorder.process().write(paste);
            long before = loopCpuMillis();

            await().during(Duration.ofMillis(300)).until(() -> {
                int more = recorder.process().write(paste);
                return more >= 0 && more < 200_000;
            });

            assertThat(taken).isBetween(1, 200_000);
            assertThat(loopCpuMillis() - before).as("terminal %s", terminal).isLessThan(150);
            recorder.process().terminate(KillPolicy.kill());
            recorder.exit();
        }
    }

    @Test
    void aWriteToAReaderThatIsGoneSaysSo() throws Exception {
        Recorder recorder = run(onPipes("exec 0<&-; echo closed; sleep 1000"));
        waitFor(recorder, "closed");

        int taken = recorder.process().write(ByteBuffer.allocate(10));

        assertThat(taken).isEqualTo(-1);
        recorder.process().terminate(KillPolicy.kill());
        recorder.exit();
    }

    @Test
    void aBlockedWriterHearsThatItsReaderIsGone() throws Exception {
        Recorder recorder = run(onPipes(
                "trap 'closed=1' USR1; echo r; while [ -z \"$closed\" ]; do sleep 0.02; done; exec 0<&-; sleep 1000"));
        waitFor(recorder, "r");
        ByteBuffer paste = ByteBuffer.allocate(1 << 20);
        int taken = recorder.process().write(paste);

        recorder.process().signal(PtySignal.USR1);
        await().until(() -> recorder.writable.get() > 0);

        assertThat(taken).isBetween(1, 200_000);
        assertThat(recorder.process().write(paste)).isEqualTo(-1);
        recorder.process().terminate(KillPolicy.kill());
        recorder.exit();
    }

    @Test
    void detachedOutputIsReadAndThrownAway() throws Exception {
        Recorder recorder = new Recorder() {
            @Override
            public void onStart(PtyProcess process) {
                process.pauseOutput(PtyStream.STDOUT);
                process.pauseOutput(PtyStream.STDERR);
                super.onStart(process);
            }
        };
        PtyProcess flood =
                runtime.spawn(onPipes("head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2; exit 8"), recorder);

        flood.detachOutput();

        assertThat(recorder.exit()).isEqualTo(new PtyExit(8, 0));
        assertThat(recorder.outSize()).isZero();
        assertThat(recorder.events()).containsExactlyInAnyOrder("start", "end STDOUT", "end STDERR", "exit");
    }

    @Test
    void outputThatEndsEarlyIsToldAtOnce() throws Exception {
        Recorder recorder = run(onPipes("exec >&-; read x; echo bye >&2; exit 2"));

        await().until(() -> recorder.events().contains("end STDOUT"));
        assertThat(recorder.hasExited()).isFalse();
        type(recorder.process(), "\n");

        assertThat(recorder.exit().code()).isEqualTo(2);
        assertThat(recorder.err()).isEqualTo("bye\n");
    }

    @Test
    void aListenerThatThrowsCostsOnlyItsOwnProcess() throws Exception {
        Recorder broken = new Recorder() {
            @Override
            public void onOutput(PtyOutput output) {
                output.release();
                throw new IllegalStateException("thrown by a test on purpose");
            }
        };
        Recorder other = run(onPipes("cat"));
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Queue<Throwable> reported = new ConcurrentLinkedQueue<>();
        Thread.setDefaultUncaughtExceptionHandler((t, e) -> reported.add(e));

        PtyProcess unused = runtime.spawn(onPipes("yes"), broken);

        try {
            assertThat(broken.exit().signalled()).isTrue();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(reported).hasSize(1);
        type(other.process(), "still here");
        waitFor(other, "still here");
    }

    /** CPU time of the event loops so far. */
    static long loopCpuMillis() throws IOException {
        long nanos = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                if (Files.readString(task.resolve("comm")).matches("wsstream-pty-[0-9]+\n")) {
                    nanos += Long.parseLong(
                            Files.readString(task.resolve("schedstat")).split(" ", 2)[0]);
                }
            }
        } catch (NoSuchFileException e) {
            return loopCpuMillis(); // some thread ended while we looked
        }
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private static long pinned(Queue<PtyOutput> held) {
        return held.stream().mapToLong(o -> o.bytes().capacity()).sum();
    }

    /** Writes random bytes as fast as they are taken and sums up what comes back after the first byte. */
    private static final class Paste extends Recorder {
        final CRC32 sent = new CRC32();
        final CRC32 received = new CRC32();
        private final Semaphore room = new Semaphore(0);
        volatile int bytes;

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // only the loop thread adds
        public void onOutput(PtyOutput output) {
            ByteBuffer in = output.bytes();
            int count = in.remaining();
            if (bytes == 0) {
                in.get();
            }
            received.update(in);
            output.release();
            bytes += count;
        }

        @Override
        public void onInputWritable() {
            room.release();
        }

        void awaitBytes(int count) {
            await().atMost(Duration.ofSeconds(30)).until(() -> bytes >= count);
        }

        void feed(PtyProcess process, boolean direct) throws InterruptedException {
            Random random = new Random(7);
            byte[] block = new byte[1 << 20];
            for (int done = 0; done < PASTE_BYTES; done += block.length) {
                random.nextBytes(block);
                sent.update(block);
                ByteBuffer src = direct
                        ? ByteBuffer.allocateDirect(block.length).put(block).flip()
                        : ByteBuffer.wrap(block);
                while (src.hasRemaining()) {
                    int taken = process.write(src);
                    assertThat(taken).isNotNegative();
                    if (src.hasRemaining()) {
                        assertThat(room.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
                    }
                }
            }
        }
    }
}
