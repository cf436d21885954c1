package io.wsstream.pty;

import static io.wsstream.pty.Machine.onPipes;
import static io.wsstream.pty.Machine.onTerminal;
import static io.wsstream.pty.Machine.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.wsstream.pty.internal.posix.Host;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the C library cannot be called: pipes by the JDK, and no terminals. */
class JdkPipesTest extends WithRuntime {
    @Override
    PtyRuntime newRuntime() {
        return PtyRuntime.start(1, Host.of("Mac OS X", "aarch64"), Launcher.Features.ALL);
    }

    @Test
    void outputsAndExitCodesAreWhole() throws Exception {
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            recorders.add(run(onPipes("seq 1 500; echo err >&2; exit " + i)));
        }

        for (int i = 0; i < 100; i++) {
            assertThat(recorders.get(i).exit()).isEqualTo(new PtyExit(i, 0));
            assertThat(recorders.get(i).out().lines()).hasSize(500);
            assertThat(recorders.get(i).err()).isEqualTo("err\n");
            assertThat(recorders.get(i).events()).startsWith("start").endsWith("exit");
        }
    }

    @Test
    void folderAndEnvironmentAreAsAskedFor(@TempDir Path folder) throws Exception {
        Recorder recorder = run(PtySpec.command("/bin/sh", "-c", "pwd; env | sort")
                .environment(java.util.Map.of("ONLY", "this"))
                .directory(folder)
                .build());

        recorder.exit();

        assertThat(recorder.out().lines())
                .contains(folder.toRealPath().toString(), "ONLY=this")
                .noneMatch(line -> line.startsWith("HOME="));
    }

    @Test
    void eightMebibytesGoThroughCatAndBackAndItsInputEnds() throws Exception {
        byte[] all = new byte[8 << 20];
        new Random(4).nextBytes(all);
        try (PtyStreams streams = PtyStreams.spawn(runtime, onPipes("exec cat"))) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try (OutputStream stdin = streams.stdin()) {
                    stdin.write(all);
                } catch (java.io.IOException failed) {
                    throw new AssertionError(failed);
                }
            });

            assertThat(streams.stdout().readAllBytes()).isEqualTo(all);
            writing.get(15, TimeUnit.SECONDS);
            assertThat(streams.await(Duration.ofSeconds(15))).isEqualTo(new PtyExit(0, 0));
        }
    }

    @Test
    void outputThatIsPausedOrNotReleasedHoldsUpItsProcess() throws Exception {
        try (PtyStreams streams = PtyStreams.spawn(runtime, onPipes("yes | head -c 5000000"))) {
            await().until(() -> streams.stdout().available() >= 256 * 1024);
            await().during(Duration.ofMillis(200))
                    .until(() -> streams.stdout().available() < 512 * 1024
                            && !streams.process().exit().toCompletableFuture().isDone());

            assertThat(streams.stdout().readAllBytes()).hasSize(5_000_000);
        }
    }

    @Test
    void aPolicyEndsItAndWhatItHasStarted() throws Exception {
        Recorder willing = run(onPipes("sleep 1000 & echo $!; wait"));
        Recorder stubborn = run(onPipes("trap '' TERM; echo ready; while :; do sleep 0.05; done"));
        waitFor(willing, "\n");
        waitFor(stubborn, "ready");
        KillPolicy quick = KillPolicy.kill().then(Duration.ofMillis(200), PtySignal.HUP, PtySignal.CONT);

        willing.process().terminate(quick);
        stubborn.process().terminate(quick);

        assertThat(willing.exit()).isEqualTo(new PtyExit(143, 15));
        assertThat(stubborn.exit()).isEqualTo(new PtyExit(137, 9));
        await().until(() -> !Machine.lives(Long.parseLong(willing.out().trim())));
    }

    @Test
    void whoHoldsTheOutputIsWaitedForUntilItHasBeenQuietForTheBound() throws Exception {
        Recorder recorder = run(sh("(sleep 0.1; echo late; exec sleep 2) & echo last; exit 4")
                .pipeDrain(Duration.ofMillis(400), Duration.ofSeconds(10))
                .build());

        assertThat(recorder.exit()).isEqualTo(new PtyExit(4, 0));
        assertThat(recorder.out()).startsWith("last\n");
        await().until(() -> Machine.threads().stream().noneMatch(name -> name.startsWith("wsstream-jdk-")));
    }

    @ParameterizedTest
    @CsvSource({"/no/such/program, NOT_FOUND", "/etc, NOT_EXECUTABLE", "/etc/passwd, NOT_EXECUTABLE"})
    void whatCannotBeRunSaysWhy(String program, PtyException.Kind kind) {
        PtyException refused = catchThrowableOfType(
                PtyException.class, () -> run(PtySpec.command(program).build()));

        assertThat(refused.kind()).isEqualTo(kind);
        assertThat(refused).hasMessageStartingWith("cannot run \"" + program + "\": ");
        assertThat(runtime.liveProcesses()).isZero();
    }

    @Test
    void aTerminalIsRefusedWithTheReason() {
        PtyException refused = catchThrowableOfType(PtyException.class, () -> run(onTerminal("true")));

        assertThat(refused.kind()).isEqualTo(PtyException.Kind.UNSUPPORTED);
        assertThat(refused).hasMessageContaining("this is Mac OS X");
    }
}
