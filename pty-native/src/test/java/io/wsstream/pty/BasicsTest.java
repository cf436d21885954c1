package io.wsstream.pty;

import static io.wsstream.pty.Machine.onPipes;
import static io.wsstream.pty.Machine.onTerminal;
import static io.wsstream.pty.Machine.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BasicsTest {
    private PtyRuntime runtime;

    @BeforeEach
    void start() {
        runtime = PtyRuntime.start(1);
    }

    @AfterEach
    void close() {
        runtime.close();
    }

    @Test
    void pipesKeepStdoutAndStderrApart() throws Exception {
        Recorder recorder = run(runtime, onPipes("echo out; echo err >&2; exit 3"));

        assertThat(recorder.exit()).isEqualTo(new PtyExit(3, 0));
        assertThat(recorder.out()).isEqualTo("out\n");
        assertThat(recorder.err()).isEqualTo("err\n");
        assertThat(recorder.events())
                .startsWith("start")
                .contains("end STDOUT", "end STDERR")
                .endsWith("exit");
    }

    @Test
    void aTerminalHasOneOutput() throws Exception {
        Recorder recorder = run(runtime, onTerminal("echo out; echo err >&2; exit 4"));

        assertThat(recorder.exit()).isEqualTo(new PtyExit(4, 0));
        assertThat(recorder.out()).isEqualTo("out\r\nerr\r\n");
        assertThat(recorder.events()).containsExactly("start", "output STDOUT", "end STDOUT", "exit");
    }

    @Test
    void closingStdinEndsAReaderOnPipes() throws Exception {
        Recorder recorder = new Recorder();
        PtyProcess cat = runtime.spawn(onPipes("cat"), recorder);

        int taken = cat.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
        cat.closeInput();

        assertThat(taken).isEqualTo(5);
        assertThat(recorder.exit()).isEqualTo(new PtyExit(0, 0));
        assertThat(recorder.out()).isEqualTo("hello");
        assertThat(cat.write(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void closeEndsTheProcessAndJoinsTheThreads() throws Exception {
        Recorder recorder = run(runtime, onTerminal("trap '' HUP TERM; echo ready; sleep 1000"));
        await().until(() -> recorder.out().contains("ready"));

        runtime.close();

        assertThat(recorder.hasExited()).isTrue();
        assertThat(runtime.liveProcesses()).isZero();
        assertThat(Machine.threads()).isEmpty();
    }
}
