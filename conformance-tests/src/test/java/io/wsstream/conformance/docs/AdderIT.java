package io.wsstream.conformance.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.conformance.docs.examples.Adder;
import io.wsstream.conformance.peers.PeerResult;
import io.wsstream.core.TerminalSize;
import io.wsstream.server.WsStreamServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/howto/custom-target.md: a program in Java behind kubectl exec. */
class AdderIT {
    private WsStreamServer server;
    private Kubectl kubectl;
    private Path kubeconfig;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        server = Adder.start();
        kubeconfig = folder.resolve("kubeconfig");
        server.writeKubeconfig(kubeconfig);
        kubectl = new Kubectl(kubeconfig);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void kubectlGetsTheSumOfWhatItSends() throws Exception {
        PeerResult result = kubectl.runWith("1\n2\n39\n", "exec", "-i", "adder", "--", "add");

        assertThat(result.out()).as(result.toString()).isEqualTo("42\n");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void kubectlGetsTheErrorAndTheExitCode() throws Exception {
        PeerResult result = kubectl.runWith("1\ntwo\n", "exec", "-i", "adder", "--", "add");

        assertThat(result.err()).isEqualTo("not a number: two\ncommand terminated with exit code 2\n");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @Test
    void theProgramKnowsTheTerminalAndEachNewSize() throws Exception {
        try (WsStreamClient client = WsStreamClient.of(ClusterAccess.kubeconfig(kubeconfig));
                ExecSession session = client.pod("adder")
                        .command("add")
                        .tty(new TerminalSize(99, 33))
                        .timeout(Duration.ofSeconds(30))
                        .start()) {
            BufferedReader out = new BufferedReader(new InputStreamReader(session.stdout(), UTF_8));
            session.stdin().write("size\r".getBytes(UTF_8));
            assertThat(out.readLine()).isEqualTo("99x33 after 0 resizes");
            session.resize(new TerminalSize(120, 40));
            session.stdin().write("size\r".getBytes(UTF_8));
            assertThat(out.readLine()).isEqualTo("120x40 after 1 resizes");
            session.stdin().close();

            assertThat(out.readLine()).isEqualTo("0");
            assertThat(session.await(Duration.ofSeconds(30)).isSuccess()).isTrue();
        }
    }
}
