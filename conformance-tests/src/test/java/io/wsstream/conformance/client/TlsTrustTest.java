package io.wsstream.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.client.kubeconfig.ClusterAccessException;
import io.wsstream.conformance.client.TestAuthority.Holder;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.WsStreamException;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.TlsIdentity;
import io.wsstream.server.WsStreamServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom our client lets its token and its input go to, and what it says when it does not. */
@Timeout(60)
class TlsTrustTest {
    private static final ClientSettings PATIENCE = ClientSettings.defaults().withHandshakeBound(Duration.ofSeconds(3));

    private final TestAuthority authority = new TestAuthority("test CA");
    private final TestAuthority other = new TestAuthority("other CA");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    // ---------------------------------------------------------------- the server's certificate

    @Test
    void theServerOfTheRightAuthorityGetsTheToken() throws Exception {
        try (OneAnswerServer server = serverFor("127.0.0.1")) {
            run(access(server.url("https", "127.0.0.1")).caPem(authority.pem()));

            assertThat(server.requests()).singleElement().asString().containsIgnoringCase("Authorization: Bearer t0k");
        }
    }

    @Test
    void ourServerIsTrustedByItsOwnAuthorityOnly() throws Exception {
        TlsIdentity identity = TlsIdentity.generate(List.of());
        try (WsStreamServer server = ourServer(identity)) {
            String token = String.valueOf(server.token());
            ClusterAccess access = ClusterAccess.url(server.uri()).token(token);

            run(access.caPem(new String(identity.caPem(), StandardCharsets.US_ASCII)));
            assertThat(failureOf(access.caPem(other.pem()))).hasMessageContaining("not signed by a CA");
            assertThat(failureOf(access)).hasMessageContaining("not signed by a CA");
        }
    }

    @Test
    void aServerOfAnotherAuthorityGetsNothing() throws Exception {
        try (OneAnswerServer server = serverFor("127.0.0.1")) {
            WsStreamException refused =
                    failureOf(access(server.url("https", "127.0.0.1")).caPem(other.pem()));

            assertThat(refused)
                    .hasMessageStartingWith("TLS with 127.0.0.1:")
                    .hasMessageEndingWith("; its certificate is not signed by a CA that the client was given");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void aGivenCaStandsAloneAndTheJvmsDoNotCountBesideIt() throws Exception {
        try (OneAnswerServer server = serverFor("127.0.0.1")) {
            Path ca = Files.writeString(folder.resolve("ca.pem"), other.pem() + authority.pem());

            run(access(server.url("https", "127.0.0.1")).caFile(ca));
            assertThat(server.requests()).hasSize(1);
            assertThat(failureOf(access(server.url("https", "127.0.0.1")))).hasMessageContaining("not signed by a CA");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost"})
    void aCertificateForAnotherNameIsRefused(String host) throws Exception {
        try (OneAnswerServer server = serverFor("api.example.com")) {
            WsStreamException refused =
                    failureOf(access(server.url("https", host)).caPem(authority.pem()));

            assertThat(refused)
                    .hasMessageContaining(host)
                    .hasMessageContaining("its certificate is for another name")
                    .hasMessageContaining("tls-server-name");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void tlsServerNameIsTheNameThatCountsAndThatTheServerIsTold() throws Exception {
        try (OneAnswerServer server = serverFor("api.example.com")) {
            String cluster = clusterOf(server.url("https", "127.0.0.1"), authority.pem())
                    + "\n    tls-server-name: api.example.com";

            run(ClusterAccess.kubeconfig(kubeconfig(cluster, "token: t0k")));

            assertThat(server.serverNames()).containsExactly("api.example.com");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void tlsServerNameIsCheckedAlsoWhereTheUrlsHostWouldDo() throws Exception {
        try (OneAnswerServer server = serverFor("127.0.0.1")) {
            String cluster = clusterOf(server.url("https", "127.0.0.1"), authority.pem())
                    + "\n    tls-server-name: api.example.com";

            assertThat(failureOf(ClusterAccess.kubeconfig(kubeconfig(cluster, "token: t0k"))))
                    .hasMessageContaining("its certificate is for another name");
            assertThat(server.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-3, 2})
    void aCertificateThatIsNotValidNowIsRefused(int firstDay) throws Exception {
        Instant from = Instant.now().plus(Duration.ofDays(firstDay));
        Holder holder = authority.holder("127.0.0.1", from, from.plus(Duration.ofDays(1)));
        try (OneAnswerServer server = OneAnswerServer.tls(authority.serverOf(holder), false)) {
            WsStreamException refused =
                    failureOf(access(server.url("https", "127.0.0.1")).caPem(authority.pem()));

            assertThat(refused)
                    .hasMessageContaining("its certificate is not valid now")
                    .message()
                    .doesNotContain("not signed");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void insecureSkipTlsVerifyTakesAnyCertificateWhatever() throws Exception {
        Instant past = Instant.now().minus(Duration.ofDays(9));
        Holder worst = other.holder("api.example.com", past, past.plus(Duration.ofDays(1)));
        try (OneAnswerServer server = OneAnswerServer.tls(other.serverOf(worst), false)) {
            run(access(server.url("https", "127.0.0.1")).insecureSkipTlsVerify());

            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void insecureSkipTlsVerifyOfAKubeconfigDoesNotOutliveACaThatIsGivenLater() throws Exception {
        try (OneAnswerServer server = serverFor("127.0.0.1")) {
            String cluster = "server: " + server.url("https", "127.0.0.1") + "\n    insecure-skip-tls-verify: true";
            ClusterAccess insecure = ClusterAccess.kubeconfig(kubeconfig(cluster, "token: t0k"));

            run(insecure);
            assertThat(failureOf(insecure.caPem(other.pem()))).hasMessageContaining("not signed by a CA");
            assertThat(server.requests()).hasSize(1);
        }
    }

    // ---------------------------------------------------------------- no TLS where it should be, and the reverse

    @Test
    void aPlainServerOnAnHttpsUrlIsToldAndGetsNothing() throws Exception {
        try (OneAnswerServer server = OneAnswerServer.plain()) {
            assertThat(failureOf(access(server.url("https", "127.0.0.1")).caPem(authority.pem())))
                    .hasMessageStartingWith("TLS with 127.0.0.1:");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void ourPlainServerOnAnHttpsUrlIsToldAndGetsNothing() throws Exception {
        try (WsStreamServer server = WsStreamServer.builder()
                .plainHttp()
                .token("t0k")
                .pods(PodCatalog.of(Pod.of("p", "main")))
                .exec(session -> session.exit(0))
                .start()) {
            URI https = URI.create(server.uri().toString().replaceFirst("^http:", "https:"));

            assertThat(failureOf(access(https).caPem(authority.pem())))
                    .hasMessageContaining("does the server speak plain http?");
        }
    }

    @Test
    void aTlsServerOnAnHttpUrlIsTold() throws Exception {
        try (OneAnswerServer server = serverFor("127.0.0.1")) {
            WsStreamException refused = failureOf(access(server.url("http", "127.0.0.1")));

            assertThat(refused).isInstanceOf(HandshakeException.class);
            assertThat(refused).hasMessageContaining("speaks TLS on this port; use https");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void ourTlsServerOnAnHttpUrlIsTold() throws Exception {
        try (WsStreamServer server = ourServer(TlsIdentity.generate(List.of()))) {
            URI http = URI.create(server.uri().toString().replaceFirst("^https:", "http:"));

            assertThat(failureOf(access(http))).message().containsAnyOf("use https", "closed the connection before");
        }
    }

    // ---------------------------------------------------------------- the client's certificate

    @Test
    void aClientCertificateInTheKubeconfigOpensAServerThatAsksForOne() throws Exception {
        Holder client = authority.holder("client");
        try (OneAnswerServer server = askingServer()) {
            run(ClusterAccess.kubeconfig(kubeconfig(
                    clusterOf(server.url("https", "127.0.0.1"), authority.pem()),
                    "client-certificate-data: " + base64(client.certificatePem()) + "\n    client-key-data: "
                            + base64(client.keyPem()))));

            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void aClientCertificateMayStandInFilesBesideTheKubeconfig() throws Exception {
        Holder client = authority.holder("client");
        client.writeCertificate(folder);
        client.writeKey(folder);
        try (OneAnswerServer server = askingServer()) {
            run(ClusterAccess.kubeconfig(kubeconfig(
                    clusterOf(server.url("https", "127.0.0.1"), authority.pem()),
                    "client-certificate: holder.crt\n    client-key: holder.key")));

            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void aClientKeyInTheFormOfSec1IsReadToo() throws Exception {
        Holder client = authority.holder("client");
        try (OneAnswerServer server = askingServer()) {
            run(ClusterAccess.kubeconfig(kubeconfig(
                    clusterOf(server.url("https", "127.0.0.1"), authority.pem()),
                    "client-certificate-data: " + base64(client.certificatePem()) + "\n    client-key-data: "
                            + base64(client.sec1KeyPem()))));

            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void aClientCertificateWithoutItsKeyIsRefused() throws Exception {
        Holder client = authority.holder("client");
        Path config = kubeconfig(
                clusterOf(URI.create("https://127.0.0.1"), authority.pem()),
                "client-certificate-data: " + base64(client.certificatePem()));

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(config))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("client certificate without its key");
    }

    @Test
    void withoutAClientCertificateAServerThatAsksForOneSaysSo() throws Exception {
        try (OneAnswerServer server = askingServer()) {
            assertThat(failureOf(access(server.url("https", "127.0.0.1")).caPem(authority.pem())))
                    .hasMessageContaining("does the server ask for a client certificate?");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void aClientCertificateOfAnotherAuthorityGetsNobodyIn() throws Exception {
        Holder stranger = other.holder("client");
        try (OneAnswerServer server = askingServer()) {
            ClusterAccess access = ClusterAccess.kubeconfig(kubeconfig(
                    clusterOf(server.url("https", "127.0.0.1"), authority.pem()),
                    "client-certificate-data: " + base64(stranger.certificatePem()) + "\n    client-key-data: "
                            + base64(stranger.keyPem())));

            assertThat(failureOf(access)).hasMessageStartingWith("TLS with 127.0.0.1:");
            assertThat(server.requests()).isEmpty();
        }
    }

    // ---------------------------------------------------------------- through a proxy

    @Test
    void throughAProxyTheCertificateIsStillTheServers() throws Exception {
        try (OneAnswerServer server = serverFor("api.example.com");
                Tunnel proxy = Tunnel.to(server.url("https", "127.0.0.1"))) {
            ClusterAccess access = access(URI.create("https://api.example.com:6443"))
                    .proxy(URI.create("http://127.0.0.1:" + proxy.port()));

            run(access.caPem(authority.pem()));
            assertThat(proxy.asked()).containsExactly("CONNECT api.example.com:6443 HTTP/1.1");
            assertThat(failureOf(access.caPem(other.pem()))).hasMessageContaining("TLS with api.example.com:6443");
            assertThat(server.requests()).hasSize(1);
        }
    }

    // ---------------------------------------------------------------- who is who

    private OneAnswerServer serverFor(String name) throws Exception {
        return OneAnswerServer.tls(authority.serverOf(authority.holder(name)), false);
    }

    private OneAnswerServer askingServer() throws Exception {
        return OneAnswerServer.tls(authority.serverOf(authority.holder("127.0.0.1")), true);
    }

    private static WsStreamServer ourServer(TlsIdentity identity) throws Exception {
        return WsStreamServer.builder()
                .tls(identity)
                .pods(PodCatalog.of(Pod.of("p", "main")))
                .exec(session -> session.exit(0))
                .start();
    }

    private static ClusterAccess access(URI url) {
        return ClusterAccess.url(url).token("t0k");
    }

    private static void run(ClusterAccess access) throws Exception {
        try (WsStreamClient client = WsStreamClient.of(access)) {
            assertThat(client.pod("p").command("c").run().isSuccess()).isTrue();
        }
    }

    private static WsStreamException failureOf(ClusterAccess access) {
        try (WsStreamClient client = WsStreamClient.of(access, PATIENCE)) {
            WsStreamException failure = catchThrowableOfType(
                    WsStreamException.class, () -> client.pod("p").command("c").run());
            assertThat(failure).isNotNull();
            assertThat(failure).message().hasLineCount(1);
            return failure;
        }
    }

    private static String clusterOf(URI url, String ca) {
        return "server: " + url + "\n    certificate-authority-data: " + base64(ca);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private Path kubeconfig(String cluster, String user) throws Exception {
        return Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: main
                clusters:
                - name: c
                  cluster:
                    %s
                users:
                - name: u
                  user:
                    %s
                contexts:
                - name: main
                  context: {cluster: c, user: u}
                """.formatted(cluster, user));
    }
}
