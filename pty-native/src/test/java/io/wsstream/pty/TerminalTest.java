package io.wsstream.pty;

import static io.wsstream.pty.Machine.onTerminal;
import static io.wsstream.pty.Machine.sh;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTest extends WithRuntime {
    @Test
    void theSizeIsRightFromTheFirstInstruction() throws Exception {
        List<Recorder> recorders = new ArrayList<>();

        for (int i = 0; i < 300; i++) {
            recorders.add(run(PtySpec.command("/bin/stty", "size")
                    .terminal(100 + i % 7, 30 + i % 5)
                    .build()));
        }

        for (int i = 0; i < 300; i++) {
            Recorder recorder = recorders.get(i);
            assertThat(recorder.exit().code()).isZero();
            assertThat(recorder.out()).isEqualTo((30 + i % 5) + " " + (100 + i % 7) + "\r\n");
        }
    }

    @Test
    void theLeaderHasItsOwnSessionAndTheTerminalControlsIt() throws Exception {
        Recorder recorder = run(onTerminal("tty; exec ps -o tty=,pgid=,sid=,tpgid= -p $$"));

        recorder.exit();

        String pid = Long.toString(recorder.process().pid());
        List<String> lines = recorder.out().lines().toList();
        assertThat(lines.get(0)).startsWith("/dev/pts/");
        assertThat(lines.get(1).trim().split("\\s+", -1))
                .containsExactly(lines.get(0).substring("/dev/".length()), pid, pid, pid);
    }

    @Test
    void modesAreSaneAndErasingIsByCharacter() throws Exception {
        Recorder recorder = run(onTerminal("stty -a"));

        recorder.exit();

        assertThat(recorder.out().split("[\\s;]+", -1))
                .contains("icanon", "echo", "isig", "icrnl", "opost", "onlcr", "iutf8");
    }

    @Test
    void controlCInterrupts() throws Exception {
        Recorder recorder = run(onTerminal("exec sleep 1000"));

        type(recorder.process(), "\u0003");

        assertThat(recorder.exit()).isEqualTo(new PtyExit(130, 2));
    }

    @Test
    void controlBackslashQuits() throws Exception {
        Recorder recorder = run(onTerminal("ulimit -c 0; exec sleep 1000"));

        type(recorder.process(), "\u001c");

        assertThat(recorder.exit()).isEqualTo(new PtyExit(131, 3));
    }

    @Test
    void controlZStopsAJobAndFgContinuesIt() throws Exception {
        Recorder recorder = run(PtySpec.command("bash", "--norc", "-i")
                .environment(Machine.ENVIRONMENT)
                .terminal(80, 24)
                .build());
        PtyProcess bash = recorder.process();

        type(bash, "sleep 1000\n");
        waitFor(recorder, "sleep 1000");
        org.awaitility.Awaitility.await()
                .until(() -> Machine.session(bash.pid()).toString().contains("S sleep"));
        type(bash, "\u001a");
        waitFor(recorder, "Stopped");
        type(bash, "fg\n");
        org.awaitility.Awaitility.await()
                .until(() -> Machine.session(bash.pid()).toString().contains("S sleep"));
        type(bash, "\u0003");
        type(bash, "exit 5\n");

        assertThat(recorder.exit()).isEqualTo(new PtyExit(5, 0));
    }

    @Test
    void aResizeIsSignalledAndSeen() throws Exception {
        Recorder recorder = run(onTerminal("trap 'stty size; exit 9' WINCH; echo ready; while :; do sleep 0.02; done"));
        waitFor(recorder, "ready");

        recorder.process().resize(132, 43);

        assertThat(recorder.exit().code()).isEqualTo(9);
        assertThat(recorder.out()).endsWith("43 132\r\n");
    }

    @Test
    void aSizeOutOfRangeIsClamped() throws Exception {
        Recorder recorder = run(onTerminal("read x; stty size"));

        recorder.process().resize(-3, 1 << 20);
        type(recorder.process(), "\n");
        recorder.exit();

        assertThat(recorder.out()).endsWith("65535 0\r\n");
    }

    @Test
    void aResizeAfterTheEndOrOnPipesDoesNothing() throws Exception {
        Recorder terminal = run(onTerminal("exit 1"));
        Recorder pipes = run(Machine.onPipes("exit 2"));
        pipes.process().resize(1, 1);
        terminal.exit();
        pipes.exit();

        terminal.process().resize(10, 10);

        assertThat(terminal.exit().code()).isEqualTo(1);
    }

    @Test
    void endOfInputAfterANewlineIsTypedOnce() throws Exception {
        Recorder recorder = run(onTerminal("stty -echo; echo ready; cat; echo ended; read x; echo \"$?\""));
        waitFor(recorder, "ready");

        type(recorder.process(), "line\n");
        recorder.process().closeInput();
        waitFor(recorder, "ended");

        // A second VEOF would have ended the read, too.
        org.awaitility.Awaitility.await()
                .during(java.time.Duration.ofMillis(150))
                .until(() -> !recorder.hasExited());
        recorder.process().signal(PtySignal.KILL);
        recorder.exit();
        assertThat(recorder.out()).isEqualTo("ready\r\nline\r\nended\r\n");
    }

    @Test
    void endOfInputAfterAPartialLineEndsTheReaderToo() throws Exception {
        Recorder recorder = run(onTerminal("stty -echo; echo ready; cat; echo ended"));
        waitFor(recorder, "ready");

        type(recorder.process(), "line");
        recorder.process().closeInput();

        assertThat(recorder.exit().code()).isZero();
        assertThat(recorder.out()).isEqualTo("ready\r\nlineended\r\n");
    }

    @Test
    void endOfInputAsTheFirstThingEndsTheReader() throws Exception {
        Recorder recorder = run(onTerminal("cat; echo ended"));

        recorder.process().closeInput();

        assertThat(recorder.exit().code()).isZero();
        assertThat(recorder.out()).contains("ended");
    }

    @Test
    void endOfInputOnARawTerminalTypesNothing() throws Exception {
        Recorder recorder = run(onTerminal("stty raw -echo; printf ready;"
                + "(dd bs=1 count=2 2>/dev/null; stty min 0 time 3; cat) | od -An -tx1"));
        waitFor(recorder, "ready");

        type(recorder.process(), "ab");
        recorder.process().closeInput();
        recorder.exit();

        assertThat(recorder.out()).startsWith("ready").contains("61 62").doesNotContain("04");
        assertThat(recorder.process().write(java.nio.ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void eightBitAndUtf8InputArrives() throws Exception {
        Recorder recorder = run(onTerminal("stty -echo; echo ready; read x; printf '<%s>' \"$x\""));
        waitFor(recorder, "ready");

        type(recorder.process(), "h\u00e9\u4e16\ud83d\ude00\n");
        recorder.exit();

        assertThat(recorder.out()).endsWith("<h\u00e9\u4e16\ud83d\ude00>");
    }

    /** The kernel's rule for typists: 4,095 bytes a line, and the rest is dropped without a word. */
    @Test
    void aLineOver4095BytesLosesItsRest() throws Exception {
        Recorder recorder = run(onTerminal("stty -echo; echo ready; head -n 1 | wc -c"));
        waitFor(recorder, "ready");

        type(recorder.process(), "x".repeat(5000) + "\n");
        recorder.exit();

        assertThat(recorder.out()).endsWith("4096\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stty -echo", "stty raw -echo"})
    void aMebibyteThatIsPastedIntoCatComesBackWhole(String modes) throws Exception {
        String line = "0123456789".repeat(10) + "\n";
        String all = line.repeat((1 << 20) / line.length());
        Pasting recorder = new Pasting(all);
        PtyProcess process = runtime.spawn(onTerminal(modes + "; echo ready; exec cat"), recorder);
        waitFor(recorder, "ready");

        recorder.paste();

        String expected = modes.contains("raw") ? "ready\n" + all : ("ready\n" + all).replace("\n", "\r\n");
        org.awaitility.Awaitility.await().until(() -> recorder.outSize() >= expected.length());
        assertThat(recorder.out()).isEqualTo(expected);
        process.signal(PtySignal.KILL);
        recorder.exit();
    }

    /** Writes what stdin takes, and the rest when there is room again. */
    private static final class Pasting extends Recorder {
        private final ByteBuffer rest;

        Pasting(String text) {
            rest = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        }

        void paste() throws Exception {
            PtyProcess to = process();
            synchronized (rest) {
                if (rest.hasRemaining()) {
                    int unused = to.write(rest);
                }
            }
        }

        @Override
        public void onInputWritable() {
            try {
                paste();
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        }
    }

    @Test
    void aHangUpKillsTheJobsOfAShell() throws Exception {
        Recorder recorder = run(PtySpec.command("bash", "--norc", "-i")
                .environment(Machine.ENVIRONMENT)
                .terminal(80, 24)
                .build());
        PtyProcess bash = recorder.process();
        type(bash, "sleep 1000 &\nsleep 1001\n");
        org.awaitility.Awaitility.await()
                .until(() -> Machine.session(bash.pid()).toString().split("S sleep", -1).length == 3);

        bash.terminate(KillPolicy.kill().then(java.time.Duration.ofSeconds(20), PtySignal.HUP, PtySignal.CONT));

        recorder.exit();
        assertThat(Machine.session(bash.pid())).isEmpty();
    }

    @Test
    void erasingRemovesAWholeCharacter() throws Exception {
        Recorder recorder = run(onTerminal("stty -echo; echo ready; read x; printf '<%s>' \"$x\""));
        waitFor(recorder, "ready");

        type(recorder.process(), "a\u4e16\u007fb\n");
        recorder.exit();

        assertThat(recorder.out()).endsWith("<ab>");
    }

    @Test
    void aProgramThatClosesItsTerminalLivesOnAndCanOpenItAgain() throws Exception {
        Recorder recorder = run(onTerminal(
                "echo first; exec <&- >&- 2>&-; sleep 0.2; exec >/dev/tty; echo second; exec >&-; sleep 0.1; exit 6"));

        assertThat(recorder.exit()).isEqualTo(new PtyExit(6, 0));
        assertThat(recorder.out()).isEqualTo("first\r\nsecond\r\n");
        assertThat(recorder.events()).containsExactly("start", "output STDOUT", "end STDOUT", "exit");
    }

    @Test
    void aTerminalThatNobodyHasOpenDoesNotSpin() throws Exception {
        Recorder recorder = run(onTerminal("echo first; exec <&- >&- 2>&-; sleep 0.6"));
        waitFor(recorder, "first");
        long before = FlowTest.loopCpuMillis();

        recorder.exit();

        assertThat(FlowTest.loopCpuMillis() - before).isLessThan(150);
    }

    @Test
    void outputIsWholeWhenTheProgramEndsAtOnce() throws Exception {
        String expected = String.join("\r\n", numbers(3000)) + "\r\n";
        List<Recorder> recorders = new ArrayList<>();

        for (int i = 0; i < 40; i++) {
            recorders.add(run(sh("seq 1 3000").terminal(80, 24).build()));
        }

        for (Recorder recorder : recorders) {
            assertThat(recorder.exit().code()).isZero();
            assertThat(recorder.outBytes()).isEqualTo(expected.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static List<String> numbers(int last) {
        List<String> numbers = new ArrayList<>();
        for (int i = 1; i <= last; i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }
}
