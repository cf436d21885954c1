package io.wsstream.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The peers themselves: a yardstick that is broken measures nothing. */
class PeersIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource(names = {"KUBECTL", "KUBECTL_1_32", "KUBECTL_1_30"})
    void kubectlNamesThePinnedVersion(Peer kubectl) throws Exception {
        PeerResult result = kubectl.command("version", "--client", "-o", "json").run(LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out())
                .contains("\"gitVersion\": \"" + kubectl.version().orElseThrow() + "\"");
    }

    @Test
    void gorillaNamesThePinnedVersion() throws Exception {
        PeerResult result = Peer.GORILLA.command("version").run(LIMIT);

        assertThat(result.out())
                .contains("\"version\":\"" + Peer.GORILLA.version().orElseThrow() + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-tls"})
    void gorillaClientEchoesAgainstItsOwnServer(String flag) throws Exception {
        try (GorillaServer server = flag.isEmpty() ? GorillaServer.start() : GorillaServer.start(flag)) {
            PeerResult result = Peer.GORILLA
                    .command(
                            "client", "echo", "-url", server.url("/echo").toString(), "-rounds", "100", "-warmup", "10")
                    .run(LIMIT);

            assertThat(result.exitCode()).as(result.toString()).isZero();
            assertThat(result.out())
                    .contains("\"rounds\":100", "\"p50Micros\":", "\"p99Micros\":", "\"closeCode\":1000");
        }
    }

    /** The count in messages shows that none was split or joined; the last one holds the remainder. */
    @ParameterizedTest
    @CsvSource({"client source,/source", "k8s-source,/k8s-source"})
    void gorillaSourceSendsEachByteInMessagesOfTheSizeAskedFor(String mode, String path) throws Exception {
        try (GorillaServer server = GorillaServer.start()) {
            String url = server.url(path + "?bytes=1000001&frame=32768").toString();
            PeerResult result =
                    Peer.GORILLA.command((mode + " -url " + url).split(" ")).run(LIMIT);

            assertThat(result.exitCode()).as(result.toString()).isZero();
            assertThat(result.out()).contains("\"bytes\":1000001,\"frames\":31,", "\"closeCode\":1000");
        }
    }

    @ParameterizedTest
    @CsvSource({"client sink,/sink", "k8s-sink,/k8s-sink"})
    void gorillaSinkCountsAndDigestsWhatItsClientSent(String mode, String path) throws Exception {
        try (GorillaServer server = GorillaServer.start()) {
            String url = server.url(path + "?sha256=1").toString();
            PeerResult result = Peer.GORILLA
                    .command((mode + " -bytes 1000001 -frame 100000 -sha256 -url " + url).split(" "))
                    .run(LIMIT);

            assertThat(result.exitCode()).as(result.toString()).isZero();
            String digest = result.out().replaceFirst("(?s).*\"sha256\":\"([0-9a-f]{64})\".*", "$1");
            assertThat(result.out()).contains("\"reply\":\"1000001 " + digest + "\"", "\"frames\":11,");
        }
    }

    @Test
    void gorillaK8sEchoSeesItsSuccess() throws Exception {
        try (GorillaServer server = GorillaServer.start()) {
            PeerResult result = Peer.GORILLA
                    .command("k8s-echo", "-url", server.url("/k8s-echo").toString(), "-rounds", "100")
                    .run(LIMIT);

            assertThat(result.exitCode()).as(result.toString()).isZero();
            assertThat(result.out()).contains("\"rounds\":100", "\"status\":\"Success\"", "\"closeCode\":1000");
        }
    }

    @Test
    void aPeerThatDoesNotEndIsKilledAtItsLimit() {
        PeerCommand endless = Peer.GORILLA.command("server");

        assertThatThrownBy(() -> endless.run(Duration.ofSeconds(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not finished after PT1S")
                .hasMessageContaining("\"port\":");
    }
}
