package io.wsstream.pty;

import static io.wsstream.pty.Machine.onPipes;
import static io.wsstream.pty.Machine.onTerminal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KillTest extends WithRuntime {
    private static final KillPolicy QUICK = KillPolicy.kill()
            .then(Duration.ofMillis(150), PtySignal.HUP, PtySignal.CONT)
            .then(Duration.ofMillis(150), PtySignal.TERM, PtySignal.CONT);

    private static final KillPolicy PATIENT = KillPolicy.kill()
            .then(Duration.ofMillis(150), PtySignal.HUP, PtySignal.CONT)
            .then(Duration.ofSeconds(20), PtySignal.TERM, PtySignal.CONT);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWillingProcessEndsByTheFirstSignal(boolean terminal) throws Exception {
        Recorder recorder = run(terminal ? onTerminal("exec sleep 1000") : onPipes("exec sleep 1000"));
        long begin = System.nanoTime();

        recorder.process().terminate(KillPolicy.kill().then(Duration.ofSeconds(20), PtySignal.HUP));

        assertThat(recorder.exit()).isEqualTo(new PtyExit(129, 1));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void anInterruptLetsAProgramCleanUp() throws Exception {
        Recorder recorder =
                run(onPipes("trap 'echo interrupted; exit 3' INT; echo ready; while :; do sleep 0.01; done"));
        waitFor(recorder, "ready");

        recorder.process().terminate(KillPolicy.kill().then(Duration.ofSeconds(20), PtySignal.INT));

        assertThat(recorder.exit().code()).isEqualTo(3);
        assertThat(recorder.out()).endsWith("interrupted\n");
    }

    @Test
    void aProcessThatIgnoresHangupIsTerminatedNext() throws Exception {
        Recorder recorder = run(onPipes("trap '' HUP; trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done"));
        waitFor(recorder, "ready");

        recorder.process().terminate(PATIENT);

        assertThat(recorder.exit().code()).isEqualTo(5);
    }

    @Test
    void aProcessThatIgnoresEverythingIsKilled() throws Exception {
        Recorder recorder = run(onTerminal("trap '' HUP TERM INT; echo ready; while :; do sleep 0.01; done"));
        waitFor(recorder, "ready");

        recorder.process().terminate(QUICK);

        assertThat(recorder.exit()).isEqualTo(new PtyExit(137, 9));
    }

    @Test
    void aStoppedProcessIsContinuedSoThatItCanEnd() throws Exception {
        Recorder recorder =
                run(onPipes("trap 'exit 7' TERM; trap '' HUP; echo ready; kill -STOP $$; sleep 1000 & wait"));
        waitFor(recorder, "ready");
        await().until(() -> Machine.session(recorder.process().pid()).toString().contains("T sh"));

        recorder.process().terminate(PATIENT);

        assertThat(recorder.exit().code()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sleep 1000", "nohup sleep 1000", "sh -c \"trap '' HUP TERM INT; sleep 1000\""})
    void theJobsOfAShellEndWithItsSession(String job) throws Exception {
        Recorder recorder = run(PtySpec.command("bash", "--norc", "-i")
                .environment(Machine.ENVIRONMENT)
                .terminal(80, 24)
                .build());
        PtyProcess bash = recorder.process();
        type(bash, job + " >/dev/null 2>&1 & " + job + " >/dev/null 2>&1 & sleep 1000\n");
        await().until(() -> Machine.session(bash.pid()).toString().split("sleep", -1).length == 4);

        bash.terminate(QUICK);
        recorder.exit();

        assertThat(Machine.session(bash.pid())).isEmpty();
    }

    @Test
    void orphansOfALeaderThatHasEndedAreKilledToo() throws Exception {
        Recorder recorder = run(onPipes("trap '' HUP TERM; sleep 1000 & echo ready; read x"));
        waitFor(recorder, "ready");
        PtyProcess process = recorder.process();

        process.terminate(QUICK);
        process.closeInput(); // the leader ends by itself, the sleep does not
        recorder.exit();

        assertThat(Machine.session(process.pid())).isEmpty();
    }

    @Test
    void theLeaderStaysAZombieUntilItsSessionIsGone() throws Exception {
        List<String> seen = new ArrayList<>();
        Recorder recorder = run(onPipes("trap '' HUP TERM; sleep 1000 & echo ready; read x"));
        waitFor(recorder, "ready");
        PtyProcess process = recorder.process();

        process.terminate(QUICK);
        process.closeInput();
        while (!recorder.hasExited()) {
            Machine.children().stream()
                    .filter(c -> c.endsWith(" " + process.pid()) && !seen.contains(c))
                    .forEach(seen::add);
        }

        assertThat(seen).contains("Z sh " + process.pid());
        assertThat(Machine.lives(process.pid())).isFalse();
    }

    @Test
    void aHeldExitComesAtOnceWhenNobodyElseLivesInTheSession() throws Exception {
        Recorder recorder = run(onPipes("echo ready; read x; exit 7"));
        waitFor(recorder, "ready");

        recorder.process().holdExitForSession();
        await().during(Duration.ofMillis(100)).until(() -> !recorder.hasExited());
        recorder.process().closeInput();

        assertThat(recorder.exit().code()).isEqualTo(7);
    }

    @Test
    void aHeldExitWaitsForWhatTheLeaderHasStarted() throws Exception {
        Recorder recorder = run(onPipes("sleep 1000 >/dev/null 2>&1 & echo $! .; read x; exit 7"));
        waitFor(recorder, ".");
        long sleep = Long.parseLong(recorder.out().replaceAll("(?s) .*", ""));

        recorder.process().holdExitForSession();
        recorder.process().holdExitForSession(); // once is enough
        recorder.process().closeInput();
        await().during(Duration.ofMillis(300)).until(() -> !recorder.hasExited());
        assertThat(ProcessHandle.of(sleep).map(ProcessHandle::destroy)).contains(true);

        assertThat(recorder.exit().code()).isEqualTo(7);
    }

    @Test
    void aHeldExitIsNoProtectionFromAPolicy() throws Exception {
        Recorder recorder = run(onPipes("(trap '' HUP TERM; exec sleep 1000 >/dev/null 2>&1) & echo ready; read x"));
        waitFor(recorder, "ready");
        PtyProcess process = recorder.process();

        process.holdExitForSession();
        process.closeInput();
        await().until(() -> Machine.children().contains("Z sh " + process.pid()));
        process.terminate(QUICK);
        recorder.exit();

        assertThat(Machine.session(process.pid())).isEmpty();
    }

    static List<KillPolicy> policies() {
        return List.of(QUICK, KillPolicy.polite(), KillPolicy.kill());
    }

    /** {@code nohup} is no way out of a session; {@code setsid} is. */
    @ParameterizedTest
    @MethodSource("policies")
    void underEveryPolicyNohupEndsAndWhoLeftTheSessionSurvives(KillPolicy policy) throws Exception {
        Recorder recorder = run(
                onTerminal("nohup sleep 999 >/dev/null 2>&1 & setsid sh -c 'echo $$; exec sleep 1000' & wait; wait"));
        await().until(() -> recorder.out().endsWith("\n"));
        long escapee = Long.parseLong(recorder.out().trim());
        long leader = recorder.process().pid();
        await().until(() -> Machine.session(leader).toString().contains("S sleep"));

        recorder.process().detachOutput();
        recorder.process().terminate(policy);
        await().until(() -> Machine.session(leader).isEmpty());

        await().during(Duration.ofMillis(100)).until(() -> Machine.lives(escapee));
        assertThat(ProcessHandle.of(escapee).map(ProcessHandle::destroyForcibly))
                .contains(true);
        recorder.exit();
    }

    @Test
    void killCutsASlowerPolicyShortAndOthersDoNot() throws Exception {
        Recorder recorder = run(onPipes("trap '' HUP TERM INT; echo ready; while :; do sleep 0.01; done"));
        waitFor(recorder, "ready");
        PtyProcess process = recorder.process();
        long begin = System.nanoTime();

        process.terminate(KillPolicy.kill().then(Duration.ofSeconds(50), PtySignal.HUP));
        process.terminate(QUICK);
        await().during(Duration.ofMillis(400)).until(() -> !recorder.hasExited());
        process.terminate(KillPolicy.kill());

        assertThat(recorder.exit().signal()).isEqualTo(9);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void manyAreEndedTogether() throws Exception {
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            recorders.add(run(onTerminal("trap '' HUP; echo ready; sleep 1000; sleep 1000")));
        }
        recorders.forEach(r -> waitFor(r, "ready"));
        long begin = System.nanoTime();

        for (Recorder recorder : recorders) {
            recorder.process().terminate(QUICK);
        }

        for (Recorder recorder : recorders) {
            assertThat(recorder.exit().signalled()).isTrue();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void closeUsesThePolicyOfTheSpecification() throws Exception {
        Recorder recorder = run(Machine.sh("trap 'exit 9' USR1; echo ready; while :; do sleep 0.01; done")
                .killPolicy(KillPolicy.kill().then(Duration.ofSeconds(5), PtySignal.USR1))
                .build());
        waitFor(recorder, "ready");

        recorder.process().close();

        assertThat(recorder.exit().code()).isEqualTo(9);
    }

    @Test
    void signalReachesTheGroup() throws Exception {
        Recorder recorder = run(onPipes("sleep 1000 & echo ready; wait; exit 3"));
        waitFor(recorder, "ready");

        recorder.process().signal(15);

        assertThat(recorder.exit()).isEqualTo(new PtyExit(143, 15));
        await().untilAsserted(() ->
                assertThat(Machine.session(recorder.process().pid())).isEmpty());
    }

    @Test
    void aPolicyReadsLikeASentence() {
        assertThat(KillPolicy.hangup()).hasToString("HUP CONT, 2000 ms, TERM CONT, 2000 ms, KILL");
        assertThat(KillPolicy.kill()).hasToString("KILL");
        assertThat(KillPolicy.polite().totalWait()).isEqualTo(Duration.ofMillis(750));
    }

    @Test
    void closingTheRuntimeEndsFloodsPausedOnesAndEscapedHolders() throws Exception {
        Recorder flood = run(onPipes("yes"));
        Recorder paused = run(onTerminal("yes"));
        paused.process().pauseOutput(PtyStream.STDOUT);
        Queue<PtyOutput> unreleased = new ConcurrentLinkedQueue<>();
        Recorder held = new Recorder() {
            @Override
            public void onOutput(PtyOutput output) {
                unreleased.add(output);
            }
        };
        PtyProcess unused = runtime.spawn(onPipes("yes"), held);

        runtime.close();

        assertThat(List.of(flood, paused, held)).allMatch(Recorder::hasExited);
        assertThat(runtime.outstandingBuffers()).isEqualTo(unreleased.size()).isPositive();
        unreleased.forEach(PtyOutput::release);
    }
}
