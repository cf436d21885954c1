package io.wsstream.pty;

import static io.wsstream.pty.Machine.onPipes;
import static io.wsstream.pty.Machine.onTerminal;
import static io.wsstream.pty.Machine.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExitTest extends WithRuntime {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aThousandShortRunsLoseNoByteAndNoCode(boolean terminal) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(4);
        List<Future<String>> wrong = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                int number = i;
                wrong.add(callers.submit(() -> shortRun(runtime, terminal, number)));
            }

            for (Future<String> one : wrong) {
                assertThat(one.get()).isEmpty();
            }
        } finally {
            callers.shutdown();
        }
        assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(runtime.liveProcesses()).isZero();
    }

    /** Returns what was wrong, or nothing. */
    static String shortRun(PtyRuntime runtime, boolean terminal, int number) throws Exception {
        PtySpec.Builder spec = sh("echo begin " + number + "; seq 1 50; exit " + number % 256);
        Recorder recorder = Machine.run(runtime, (terminal ? spec.terminal(80, 24) : spec).build());
        PtyExit exit = recorder.exit();
        StringBuilder expected = new StringBuilder("begin " + number + "\n");
        for (int i = 1; i <= 50; i++) {
            expected.append(i).append('\n');
        }
        String out = terminal ? recorder.out().replace("\r\n", "\n") : recorder.out();
        return out.contentEquals(expected) && exit.equals(new PtyExit(number % 256, 0)) ? "" : exit + " " + out;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exit137IsNotAKill(boolean terminal) throws Exception {
        Recorder exited = run(terminal ? onTerminal("exit 137") : onPipes("exit 137"));
        Recorder killed = run(terminal ? onTerminal("kill -9 $$") : onPipes("kill -9 $$"));

        assertThat(exited.exit()).isEqualTo(new PtyExit(137, 0));
        assertThat(killed.exit()).isEqualTo(new PtyExit(137, 9));
        assertThat(killed.exit().signalled()).isTrue();
    }

    @Test
    void theStageCompletesAfterTheListenerHasHeard() throws Exception {
        Recorder recorder = new Recorder();
        PtyProcess process = runtime.spawn(onPipes("exit 12"), recorder);

        boolean heardBefore = process.exit()
                .thenApply(e -> recorder.hasExited())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        assertThat(heardBefore).isTrue();
        assertThat(process.exit().toCompletableFuture()).isCompletedWithValue(new PtyExit(12, 0));
    }

    @Test
    void aHolderOfTheTerminalDelaysNoExit() throws Exception {
        long begin = System.nanoTime();
        Recorder recorder = run(onTerminal("trap '' HUP; sleep 6 & echo last"));

        assertThat(recorder.exit()).isEqualTo(new PtyExit(0, 0));
        assertThat(recorder.out()).isEqualTo("last\r\n");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void anEndlessWriterOnTheTerminalIsCutAtTheBound() throws Exception {
        Recorder recorder = run(sh("trap '' HUP; yes & exit 3")
                .terminal(80, 24)
                .terminalDrain(64 * 1024)
                .build());

        assertThat(recorder.exit()).isEqualTo(new PtyExit(3, 0));
        assertThat(recorder.outSize()).isLessThan(4 * 1024 * 1024);
    }

    @Test
    void aSilentHolderOfAPipeIsWaitedForUntilItHasBeenQuietForTheBound() throws Exception {
        long begin = System.nanoTime();
        Recorder recorder = run(sh("(sleep 0.15; echo late; sleep 5) & echo last; exit 4")
                .pipeDrain(Duration.ofMillis(400), Duration.ofSeconds(10))
                .build());

        assertThat(recorder.exit()).isEqualTo(new PtyExit(4, 0));
        assertThat(recorder.out()).isEqualTo("last\nlate\n");
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(540), Duration.ofMillis(3000));
    }

    @Test
    void anEndlessWriterOnAPipeIsCutAtTheTotalBound() throws Exception {
        long begin = System.nanoTime();
        Recorder recorder = run(sh("yes & exit 5")
                .pipeDrain(Duration.ofMillis(200), Duration.ofMillis(400))
                .build());

        assertThat(recorder.exit()).isEqualTo(new PtyExit(5, 0));
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(400), Duration.ofMillis(4000));
        await().untilAsserted(() ->
                assertThat(Machine.session(recorder.process().pid())).isEmpty());
    }

    @Test
    void timeInWhichOutputIsPausedDoesNotCountAsQuiet() throws Exception {
        Recorder recorder = new Recorder() {
            @Override
            public void onOutput(PtyOutput output) {
                super.onOutput(output);
                if (!out().contains("late")) {
                    pause();
                }
            }
        };
        PtyProcess unused = runtime.spawn(
                sh("(sleep 0.5; echo late) & echo last; exit 6")
                        .pipeDrain(Duration.ofMillis(300), Duration.ofMillis(400))
                        .build(),
                recorder);
        waitFor(recorder, "last");

        await().during(Duration.ofMillis(700)).until(() -> !recorder.hasExited());
        recorder.process().resumeOutput(PtyStream.STDOUT);

        assertThat(recorder.exit()).isEqualTo(new PtyExit(6, 0));
        assertThat(recorder.out()).isEqualTo("last\nlate\n");
    }

    @Test
    void afterTheEndEverythingIsHarmless() throws Exception {
        Recorder recorder = run(onTerminal("exit 0"));
        PtyProcess process = recorder.process();
        recorder.exit();

        process.signal(PtySignal.TERM);
        process.terminate(KillPolicy.hangup());
        process.closeInput();
        process.detachOutput();
        process.pauseOutput(PtyStream.STDERR);
        process.resumeOutput(PtyStream.STDOUT);
        process.close();

        assertThat(process.write(java.nio.ByteBuffer.allocate(3))).isEqualTo(-1);
        assertThat(recorder.events()).endsWith("exit");
    }

    @Test
    void processBuildersBesideUsKeepTheirExitCodes() throws Exception {
        List<Process> others = new ArrayList<>();
        List<Recorder> ours = new ArrayList<>();

        for (int i = 0; i < 60; i++) {
            others.add(new ProcessBuilder("sh", "-c", "exit " + i).start());
            ours.add(run(onPipes("exit " + (i + 100))));
        }

        for (int i = 0; i < 60; i++) {
            assertThat(others.get(i).waitFor()).isEqualTo(i);
            assertThat(ours.get(i).exit().code()).isEqualTo(i + 100);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "256,1,0", "65280,255,0", "9,137,9", "139,139,11", "15,143,15"})
    void aWaitStatusIsCodeOrSignal(int status, int code, int signal) {
        assertThat(PtyExit.ofWaitStatus(status)).isEqualTo(new PtyExit(code, signal));
    }
}
