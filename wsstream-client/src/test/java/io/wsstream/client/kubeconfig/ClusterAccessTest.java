package io.wsstream.client.kubeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterAccessTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    @Test
    void theCurrentContextGivesServerNamespaceAndToken() throws Exception {
        ClusterAccess access = ClusterAccess.kubeconfig(config("server: https://api:6443/prefix", "token: t0k"));

        assertThat(access.serverUrl()).isEqualTo(URI.create("https://api:6443/prefix"));
        assertThat(access.defaultNamespace()).isEqualTo("team");
        assertThat(access.authorization()).isEqualTo("Bearer t0k");
        assertThat(access.isInsecure()).isFalse();
    }

    @Test
    void anotherContextIsTakenByItsName() throws Exception {
        ClusterAccess access = ClusterAccess.kubeconfig(config("server: https://api:6443", "token: t0k"), "other");

        assertThat(access.serverUrl()).isEqualTo(URI.create("http://other:8080"));
        assertThat(access.defaultNamespace()).isEqualTo("default");
        assertThat(access.authorization()).isNull();
    }

    @Test
    void aMissingContextIsNamedWithThoseThatThereAre() throws Exception {
        Path config = config("server: https://api:6443", "token: t0k");

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(config, "prod"))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("context 'prod'")
                .hasMessageContaining("main")
                .hasMessageContaining("other");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> ClusterAccess.kubeconfig(folder.resolve("none")))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageEndingWith("none: no such file");
    }

    @Test
    void aFileThatIsNoKubeconfigIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("config"), "]{ not yaml");

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(file))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("malformed");
    }

    @Test
    void aMissingCaFileIsNamed() throws Exception {
        Path config = config("server: https://api:6443\n    certificate-authority: nowhere.pem", "token: t");

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(config))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining(folder.resolve("nowhere.pem").toString())
                .hasMessageContaining("no such file");
    }

    @Test
    void caDataThatIsNoCertificateIsSaidSo() throws Exception {
        String data = Base64.getEncoder().encodeToString("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Path config = config("server: https://api:6443\n    certificate-authority-data: " + data, "token: t");

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(config))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("certificate-authority-data");
    }

    @Test
    void insecureSkipTlsVerifyIsHeeded() throws Exception {
        ClusterAccess access = ClusterAccess.kubeconfig(
                config("server: https://api:6443\n    insecure-skip-tls-verify: true", "token: t"));

        assertThat(access.isInsecure()).isTrue();
        assertThat(access.tls()).isSameAs(access.tls());
    }

    @Test
    void anExecPluginGivesTheTokenAndIsAskedAgainAfterARefusal() throws Exception {
        Path plugin = Files.writeString(
                folder.resolve("plugin"),
                "#!/bin/sh\necho x >> " + folder.resolve("calls")
                        + "\nn=$(wc -l < " + folder.resolve("calls") + " | tr -d ' ')\n"
                        + "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\","
                        + "\"status\":{\"token\":\"t'$n'\"}}'\n");
        assertThat(plugin.toFile().setExecutable(true)).isTrue();
        ClusterAccess access = ClusterAccess.kubeconfig(config(
                "server: http://api:8080",
                "exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: " + plugin
                        + "\n      interactiveMode: Never"));
        String first = access.authorization();

        assertThat(first).isEqualTo("Bearer t1");
        assertThat(access.refreshAuthorization(first)).isTrue();
        assertThat(access.authorization()).isEqualTo("Bearer t2");
    }

    @Test
    void aTokenFileIsReadEachTime() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "one\n");
        ClusterAccess access = ClusterAccess.url(URI.create("https://api")).tokenFile(file);

        assertThat(access.authorization()).isEqualTo("Bearer one");
        Files.writeString(file, "two\n");
        assertThat(access.authorization()).isEqualTo("Bearer two");
    }

    @Test
    void aTokenSupplierIsAskedEachTime() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        ClusterAccess access =
                ClusterAccess.url(URI.create("https://api")).tokenFrom(() -> "t" + asked.incrementAndGet());

        assertThat(access.authorization()).isEqualTo("Bearer t1");
        assertThat(access.authorization()).isEqualTo("Bearer t2");
    }

    @Test
    void aTokenWithALineBreakCannotBecomeAHeader() {
        ClusterAccess access = ClusterAccess.url(URI.create("https://api")).token("a\r\nX-Evil: 1");

        assertThatThrownBy(access::authorization)
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("Evil");
    }

    @Test
    void aServerUrlWithoutHostIsRefused() {
        assertThatThrownBy(() -> ClusterAccess.url(URI.create("api:6443")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected https://HOST");
    }

    // ---------------------------------------------------------------- what must not be ignored

    @Test
    void aUserThatIsNotThereIsNamed() throws Exception {
        Path config = config("server: https://api:6443", "token: t");

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(config, "lost"))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("context 'lost' names user 'nobody'")
                .hasMessageContaining("choose another context");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "as: jane | (as)",
                "as-groups: [ops] | (as-groups)",
                "as-uid: '7' | (as-uid)",
                "as-user-extra: {k: [v]} | (as-user-extra)",
                "{as: jane, as-groups: [ops], token: t} | (as, as-groups)"
            })
    void impersonationIsRefusedByItsName(String user, String named) throws Exception {
        Path config = config("server: https://api:6443", user);

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(config))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("user 'u' asks to impersonate")
                .hasMessageContaining(named)
                .hasMessageContaining("use the credentials of that account itself")
                .message()
                .hasLineCount(1);
    }

    @Test
    void impersonationByAnotherUserOfTheFileIsNoneOfOurs() throws Exception {
        Path config = config("server: https://api:6443", "as: jane");

        assertThat(ClusterAccess.kubeconfig(config, "other").authorization()).isNull();
    }

    @Test
    void impersonationSetInAFabric8ConfigurationIsRefused() {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://api")
                .withImpersonateUsername("jane")
                .build();

        assertThatThrownBy(() -> ClusterAccess.of(config))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("impersonate somebody (as)");
    }

    @Test
    void anExecPluginThatGivesNothingIsNamed() throws Exception {
        Path config = config(
                "server: https://api:6443",
                "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/false, interactiveMode: Never}");

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(config))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("user 'u' has the exec plugin '/bin/false', which gave no credentials");
    }

    @Test
    void anAuthProviderWithoutATokenIsNamed() throws Exception {
        Path config = config("server: https://api:6443", "auth-provider: {name: gcp, config: {}}");

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(config))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("auth-provider 'gcp' without a token");
    }

    // ---------------------------------------------------------------- tokenFile of a user

    @Test
    void theTokenFileOfAUserIsReadEachTimeAndStandsBesideTheKubeconfig() throws Exception {
        Files.writeString(folder.resolve("token"), "one\n");
        ClusterAccess access = ClusterAccess.kubeconfig(config("server: https://api:6443", "tokenFile: token"));

        assertThat(access.authorization()).isEqualTo("Bearer one");
        Files.writeString(folder.resolve("token"), "two\n");
        assertThat(access.authorization()).isEqualTo("Bearer two");
    }

    @Test
    void aTokenFileThatWasReplacedIsWorthAskingAgain() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "one");
        ClusterAccess access = ClusterAccess.kubeconfig(config("server: https://api:6443", "tokenFile: " + token));
        String refused = access.authorization();

        assertThat(access.refreshAuthorization(refused)).isFalse();
        Files.writeString(token, "two");
        assertThat(access.refreshAuthorization(refused)).isTrue();
    }

    @Test
    void aTokenFileGoesBeforeATokenButAMissingOneDoesNot() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "fresh");
        ClusterAccess access =
                ClusterAccess.kubeconfig(config("server: https://api:6443", "{token: old, tokenFile: token}"));

        assertThat(access.authorization()).isEqualTo("Bearer fresh");
        Files.delete(token);
        assertThat(access.authorization()).isEqualTo("Bearer old");
    }

    @ParameterizedTest
    @CsvSource({"'', the token is empty", "'a b', blanks"})
    void aTokenFileWithoutATokenIsNamed(String content, String why) throws Exception {
        Files.writeString(folder.resolve("token"), content);
        ClusterAccess access = ClusterAccess.kubeconfig(config("server: https://api:6443", "tokenFile: token"));

        assertThatThrownBy(access::authorization)
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining(folder.resolve("token").toString())
                .hasMessageContaining(why);
    }

    @Test
    void aMissingTokenFileIsNamed() throws Exception {
        ClusterAccess access = ClusterAccess.kubeconfig(config("server: https://api:6443", "tokenFile: none"));

        assertThatThrownBy(access::authorization)
                .isInstanceOf(ClusterAccessException.class)
                .hasMessage("cannot read the token file " + folder.resolve("none") + ": no such file");
    }

    // ---------------------------------------------------------------- proxies

    @Test
    void theProxyUrlOfTheClusterIsTakenWhateverTheServer() throws Exception {
        ClusterAccess access = ClusterAccess.kubeconfig(
                config("server: https://127.0.0.1:6443\n    proxy-url: http://proxy:3128", "token: t"));

        assertThat(access.proxyUrl()).isEqualTo(URI.create("http://proxy:3128"));
        assertThat(access.withoutProxy().proxyUrl()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://proxy:3128", "socks5://proxy:1080"})
    void aProxyOfAnotherKindIsRefused(String proxy) throws Exception {
        Path config = config("server: https://api:6443\n    proxy-url: " + proxy, "token: t");

        assertThatThrownBy(() -> ClusterAccess.kubeconfig(config))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("proxy-url of the kubeconfig " + config)
                .hasMessageContaining("only http:// proxies (CONNECT) are supported");
    }

    @Test
    void theProxiesOfAFabric8ConfigurationAreTakenByScheme() throws Exception {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://api.example.com")
                .withHttpsProxy("http://secure:1")
                .withHttpProxy("http://plain:2")
                .withNoProxy("internal.example.com")
                .build();
        ClusterAccess access = ClusterAccess.of(config);

        assertThat(access.proxyUrl()).isEqualTo(URI.create("http://secure:1"));
        assertThat(access.server(URI.create("http://api.example.com")).proxyUrl())
                .isEqualTo(URI.create("http://plain:2"));
        assertThat(access.server(URI.create("https://a.internal.example.com")).proxyUrl())
                .isNull();
    }

    private Path config(String cluster, String user) throws IOException {
        return Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: main
                clusters:
                - name: c
                  cluster:
                    %s
                - name: d
                  cluster:
                    server: http://other:8080
                users:
                - name: u
                  user:
                    %s
                - name: anonymous
                  user: {}
                contexts:
                - name: main
                  context: {cluster: c, user: u, namespace: team}
                - name: other
                  context: {cluster: d, user: anonymous}
                - name: lost
                  context: {cluster: d, user: nobody}
                """.formatted(cluster, user));
    }
}
