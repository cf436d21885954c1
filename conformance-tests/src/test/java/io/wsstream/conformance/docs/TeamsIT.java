package io.wsstream.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.docs.examples.Teams;
import io.wsstream.conformance.peers.PeerResult;
import io.wsstream.server.Caller;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.ExecTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/howto/access.md: callers with different rights, and what each sees in kubectl. */
class TeamsIT {
    private static final Map<String, Caller> DIRECTORY = Map.of(
            "alices-token",
            new Caller("alice", List.of("operators")),
            "bobs-token",
            new Caller("bob", List.of("shop")));

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private WsStreamServer server;
    private Kubectl alice;
    private Kubectl bob;
    private Kubectl stranger;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        Teams teams = new Teams(token -> Optional.ofNullable(DIRECTORY.get(token)), threads);
        server = teams.start(PodCatalog.of(pod("shop"), pod("bank")), ExecTarget.program(io -> {
            io.stdout().write((io.request().caller().name() + "\n").getBytes(StandardCharsets.UTF_8));
            return 0;
        }));
        alice = kubectl(folder.resolve("alice"), "alices-token");
        bob = kubectl(folder.resolve("bob"), "bobs-token");
        stranger = kubectl(folder.resolve("stranger"), "no-token-of-anybody");
    }

    private static Pod pod(String namespace) {
        return new Pod(namespace, "db", List.of("main"), Map.of(), Map.of(), Instant.now());
    }

    private Kubectl kubectl(Path kubeconfig, String token) throws Exception {
        server.writeKubeconfig(kubeconfig, token);
        return new Kubectl(kubeconfig);
    }

    @AfterEach
    void stop() {
        server.close();
        threads.shutdownNow();
    }

    @Test
    void operatorsMayEverywhereAndTeamsInTheirNamespace() throws Exception {
        assertThat(alice.run("-n", "bank", "exec", "db", "--", "whoami").out()).isEqualTo("alice\n");
        assertThat(alice.run("-n", "shop", "exec", "db", "--", "whoami").out()).isEqualTo("alice\n");
        assertThat(bob.run("-n", "shop", "exec", "db", "--", "whoami").out()).isEqualTo("bob\n");
        assertThat(bob.run("-n", "bank", "get", "pods", "-o", "name").out()).isEqualTo("pod/db\n");
    }

    @Test
    void whoMayNotSeesWhatThePageShows() throws Exception {
        PeerResult refused = bob.run("-n", "bank", "exec", "db", "--", "whoami");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .isEqualTo(
                        "error: unable to upgrade connection: pods \"db\" is forbidden: User \"bob\" cannot create resource"
                                + " \"pods/exec\" in API group \"\" in the namespace \"bank\": ask for the group bank\n");
        assertThat(Pages.text("access.md")).contains(refused.err().strip());
    }

    @Test
    void whomNobodyKnowsIsToldToLogIn() throws Exception {
        PeerResult refused = stranger.run("-n", "shop", "exec", "db", "--", "whoami");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("You must be logged in to the server");
        assertThat(Pages.text("access.md")).contains("You must be logged in to the server");
    }
}
