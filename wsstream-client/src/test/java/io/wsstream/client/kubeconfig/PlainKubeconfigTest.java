package io.wsstream.client.kubeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainKubeconfigTest {
    private static final String SERVER = "server: 'https://api:6443'";
    private static final String TOKEN = "token: t0k";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            server: 'https://api:6443/prefix/'                                    | token: t0k
            server: 'http://api'                                                  | token: '0123'
            server: 'https://api', insecure-skip-tls-verify: true                 | token: t, tokenFile: none
            server: 'https://api', insecure-skip-tls-verify: false                | tokenFile: token
            server: 'https://api', tls-server-name: name                          | token: t, tokenFile: token
            server: 'https://api', tls-server-name: ''                            | token: ''
            server: 'https://127.0.0.1:1', proxy-url: 'http://proxy:3128'         |
            """)
    void whatIsPlainIsWhatFabric8ReadsInIt(String cluster, String user) throws Exception {
        Files.writeString(folder.resolve("token"), "of-a-file");
        String fields = user == null ? "" : user;
        Path plain = config("plain", cluster, fields);
        Path same = config("same", cluster + ", unknown: x", fields);

        assertThat(PlainKubeconfig.read(plain, null)).isNotNull();
        assertThat(PlainKubeconfig.read(same, null)).isNull();
        assertThat(said(plain)).isEqualTo(said(same));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"exec: {command: x}", "auth-provider: {name: x}", "client-key-data: x", "as: x", "token: 7"})
    void anotherFieldOfTheUserIsForFabric8(String user) throws Exception {
        assertThat(PlainKubeconfig.read(config("config", SERVER, user), null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "server: ''", "server: 7", "server: x, insecure-skip-tls-verify: 'true'"})
    void aClusterThatIsNotPlainIsForFabric8(String cluster) throws Exception {
        assertThat(PlainKubeconfig.read(config("config", cluster, TOKEN), null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"clusters: []", "users: []", "contexts: []", "users: x", "current-context: none", "]{"})
    void whatIsAmissIsForFabric8ToExplain(String line) throws Exception {
        String prefix = line.replaceFirst(":.*", ":");
        Path config = config("config", SERVER, TOKEN);
        List<String> lines = Files.readAllLines(config);
        lines.removeIf(each -> each.startsWith(prefix));
        lines.add(line);
        Files.write(config, lines);

        assertThat(PlainKubeconfig.read(config, null)).isNull();
    }

    @Test
    void aNameThatIsThereTwiceIsForFabric8() throws Exception {
        Path config = config("config", SERVER, TOKEN);
        Files.writeString(
                config, Files.readString(config).replace("users: [", "users: [{name: u, user: {token: x}}, "));

        assertThat(PlainKubeconfig.read(config, null)).isNull();
    }

    @Test
    void aTokenThatWasReplacedIsWorthAskingAgainInTheSameContext() throws Exception {
        ClusterAccess access = ClusterAccess.kubeconfig(config("config", SERVER, TOKEN));
        String refused = access.authorization();

        assertThat(access.refreshAuthorization(refused)).isFalse();
        Path changed = config("config", SERVER, "token: new");
        Files.writeString(changed, Files.readString(changed).replace("current-context: c", "current-context: other"));
        assertThat(access.refreshAuthorization(refused)).isTrue();
        assertThat(access.authorization()).isEqualTo("Bearer new");
    }

    private static List<Object> said(Path file) throws IOException {
        ClusterAccess access = ClusterAccess.kubeconfig(file);
        return Arrays.asList(
                access.serverUrl(),
                access.defaultNamespace(),
                access.authorization(),
                access.isInsecure(),
                access.tlsServerName(),
                access.proxyUrl());
    }

    private Path config(String name, String cluster, String user) throws IOException {
        return Files.writeString(folder.resolve(name), """
                apiVersion: v1
                kind: Config
                current-context: c
                clusters: [{name: k, cluster: {%s}}]
                contexts: [{name: c, context: {cluster: k, user: u, namespace: team}}, {name: other, context: {}}]
                users: [{name: u, user: {%s}}]
                """.formatted(cluster, user));
    }
}
