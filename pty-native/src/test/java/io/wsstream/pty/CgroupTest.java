package io.wsstream.pty;

import static io.wsstream.pty.Machine.onPipes;
import static io.wsstream.pty.Machine.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a cgroup v2 is ours to use: as root, or below one that systemd delegates. */
class CgroupTest extends WithRuntime {
    private Path parent = Path.of("");

    @BeforeEach
    void makeParent() throws IOException {
        for (String mount : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) {
            if (Files.exists(Path.of(mount, "cgroup.procs")) && Files.isWritable(Path.of(mount))) {
                parent = Files.createTempDirectory(Path.of(mount), "wsstream-test-");
                return;
            }
        }
        abort("no cgroup v2 is ours to use here");
    }

    @AfterEach
    void removeParent() throws IOException {
        if (!parent.toString().isEmpty()) {
            Files.deleteIfExists(parent);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoLeftTheSessionIsKilledToo(boolean polite) throws Exception {
        Recorder recorder = run(sh("setsid sh -c 'echo $$; exec sleep 1000' & wait")
                .cgroup(parent)
                .build());
        await().until(() -> recorder.out().endsWith("\n"));
        long escapee = Long.parseLong(recorder.out().trim());
        recorder.process().detachOutput();

        recorder.process()
                .terminate(polite ? KillPolicy.kill().then(Duration.ofMillis(200), PtySignal.TERM) : KillPolicy.kill());

        recorder.exit();
        await().until(() -> !Machine.lives(escapee)); // its new parent reaps it
        assertThat(cgroups()).isEmpty();
    }

    @Test
    void whatRunsSeesNothingOfIt() throws Exception {
        Recorder recorder =
                run(PtySpec.command("sh", "-c", "cat /proc/self/cgroup; printf '[%s]' \"$0\" \"$@\"; exit 7", "a b", "")
                        .environment(Machine.ENVIRONMENT)
                        .terminal(80, 24)
                        .cgroup(parent)
                        .build());

        assertThat(recorder.exit()).isEqualTo(new PtyExit(7, 0));
        assertThat(recorder.out()).contains(parent.getFileName() + "/wsstream-").endsWith("[a b][]");
        assertThat(cgroups()).isEmpty();
    }

    @Test
    void aFolderThatIsNoneIsARefusalAndNothingRuns(@TempDir Path folder) {
        assertThatThrownBy(() -> run(sh("true").cgroup(folder).build()))
                .isInstanceOf(PtyException.class)
                .hasMessageContaining("is no cgroup v2");
        assertThat(runtime.liveProcesses()).isZero();
    }

    @Test
    void aProgramThatIsNotThereLeavesNoCgroup() throws Exception {
        assertThatThrownBy(() ->
                        run(PtySpec.command("/no/such/program").cgroup(parent).build()))
                .isInstanceOf(PtyException.class);
        assertThat(cgroups()).isEmpty();
        assertThat(run(onPipes("exit 3")).exit().code()).isEqualTo(3);
    }

    private List<Path> cgroups() throws IOException {
        try (Stream<Path> below = Files.list(parent)) {
            return below.filter(Files::isDirectory).toList();
        }
    }
}
