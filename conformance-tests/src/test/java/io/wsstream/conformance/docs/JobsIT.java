package io.wsstream.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.docs.examples.Jobs;
import io.wsstream.conformance.peers.PeerResult;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.ExecTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/howto/pods.md: pods that come and go under a running kubectl. */
class JobsIT {
    private final Jobs jobs = new Jobs();
    private WsStreamServer server;
    private Kubectl kubectl;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        server = WsStreamServer.builder()
                .pods(jobs)
                .exec(ExecTarget.program(io -> {
                    String where = io.request().pod() + " " + io.request().container() + "\n";
                    io.stdout().write(where.getBytes(StandardCharsets.UTF_8));
                    return 0;
                }))
                .start();
        Path kubeconfig = folder.resolve("kubeconfig");
        server.writeKubeconfig(kubeconfig);
        kubectl = new Kubectl(kubeconfig);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void podsAreThereFromTheirStartToTheirEnd() throws Exception {
        assertThat(kubectl.run("get", "pods", "-A").err()).isEqualTo("No resources found\n");

        jobs.started("import-7");
        jobs.started("import-8");

        assertThat(kubectl.run("-n", "jobs", "get", "pods").out().lines().map(line -> line.replaceAll(" +", " ")))
                .satisfiesExactly(
                        head -> assertThat(head).isEqualTo("NAME READY STATUS RESTARTS AGE"),
                        seven -> assertThat(seven).startsWith("import-7 2/2 Running 0 "),
                        eight -> assertThat(eight).startsWith("import-8 2/2 Running 0 "));
        assertThat(kubectl.run("-n", "jobs", "exec", "import-7", "--", "x").out())
                .isEqualTo("import-7 worker\n");
        assertThat(kubectl.run("-n", "jobs", "exec", "import-7", "-c", "proxy", "--", "x")
                        .out())
                .isEqualTo("import-7 proxy\n");

        jobs.ended("import-7");

        PeerResult gone = kubectl.run("-n", "jobs", "exec", "import-7", "--", "x");
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err()).isEqualTo("Error from server (NotFound): pods \"import-7\" not found\n");
        assertThat(Pages.text("pods.md")).contains(gone.err().strip());
    }

    @Test
    void aContainerThatIsNotInThePodIsRefusedWithThoseThatAre() throws Exception {
        jobs.started("import-7");

        PeerResult refused = kubectl.run("-n", "jobs", "exec", "import-7", "-c", "nosuch", "--", "x");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).startsWith("error: container nosuch is not valid for pod import-7");
        assertThat(refused.err()).contains("worker", "proxy");
        assertThat(Pages.text("pods.md")).contains("error: container nosuch is not valid for pod import-7");
    }
}
