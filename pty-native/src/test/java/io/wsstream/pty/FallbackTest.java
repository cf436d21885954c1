package io.wsstream.pty;

import static io.wsstream.pty.Machine.onPipes;
import static io.wsstream.pty.Machine.onTerminal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.pty.internal.posix.Host;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways around what an older kernel or C library lacks. */
class FallbackTest extends WithRuntime {
    @Override
    PtyRuntime newRuntime() {
        return PtyRuntime.start(1, Host.current(), new Launcher.Features(false, false, false));
    }

    @Test
    void withoutPidfdsAThreadPerProcessSeesTheEnd() throws Exception {
        Recorder recorder = run(onPipes("read x; exit 3"));
        long pid = recorder.process().pid();

        await().until(() -> Machine.threads().contains("wsstream-reap-" + pid));
        recorder.process().closeInput();

        assertThat(recorder.exit()).isEqualTo(new PtyExit(3, 0));
    }

    @Test
    void manyRunsLoseNoByteAndNoCode() throws Exception {
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String script = "seq 1 200; exit " + i;
            recorders.add(run(i % 2 == 0 ? onPipes(script) : onTerminal(script)));
        }

        for (int i = 0; i < 100; i++) {
            assertThat(recorders.get(i).exit()).isEqualTo(new PtyExit(i, 0));
            assertThat(recorders.get(i).out().lines()).hasSize(200);
        }
    }

    @Test
    void withoutCloseFromTheChildStillHasItsThreeDescriptorsOnly() throws Exception {
        Recorder recorder = run(PtySpec.command("/bin/ls", "/proc/self/fd").build());

        recorder.exit();

        assertThat(recorder.out().lines()).containsExactly("0", "1", "2", "3");
    }

    @Test
    void withoutChdirAShellChangesTheFolder(@TempDir Path folder) throws Exception {
        Recorder recorder = run(PtySpec.command("/bin/sh", "-c", "pwd; printf '[%s]' \"$@\"", "sh", "a b", "")
                .directory(folder)
                .build());

        assertThat(recorder.exit().code()).isZero();
        assertThat(recorder.out()).isEqualTo(folder.toRealPath() + "\n[a b][]");
    }

    @Test
    void killingWorksAlike() throws Exception {
        Recorder recorder = run(onTerminal("trap '' HUP; echo ready; sleep 1000"));
        waitFor(recorder, "ready");

        recorder.process().terminate(KillPolicy.kill());

        assertThat(recorder.exit()).isEqualTo(new PtyExit(137, 9));
    }
}
