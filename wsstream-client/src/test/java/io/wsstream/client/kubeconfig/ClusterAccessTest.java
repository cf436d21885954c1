package io.wsstream.client.kubeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                contexts:
                - name: main
                  context: {cluster: c, user: u, namespace: team}
                - name: other
                  context: {cluster: d, user: nobody}
                """.formatted(cluster, user));
    }
}
