package io.wsstream.client.kubeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
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
    @ValueSource(
            strings = {
                "",
                "server: ''",
                "server: 7",
                "server: 'api:6443'",
                "server: x, insecure-skip-tls-verify: 'true'"
            })
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

    // ---------------------------------------------------------------- found, not named

    @Test
    void theFileOfTheVariableGoesBeforeThatOfTheHome() throws Exception {
        Path named = config("config", SERVER, "token: named");
        Path home = Files.createDirectories(folder.resolve("home/.kube"));
        Files.copy(config("other", SERVER, "token: home"), home.resolve("config"));
        Map<String, String> environment = Map.of("HOME", folder.resolve("home").toString());

        assertThat(tokenOf(environment, Map.of())).isEqualTo("home");
        assertThat(tokenOf(with(environment, "KUBECONFIG", ""), Map.of())).isEqualTo("home");
        assertThat(tokenOf(with(environment, "KUBECONFIG", named.toString()), Map.of()))
                .isEqualTo("named");
        assertThat(tokenOf(environment, Map.of("kubeconfig", named.toString()))).isEqualTo("named");
    }

    @Test
    void aFileThatIsNotThereAndSeveralFilesAreForFabric8() throws Exception {
        Path two = config("one:other", SERVER, TOKEN); // to fabric8, which parts them there
        Map<String, String> home = Map.of("HOME", folder.toString());

        assertThat(tokenOf(Map.of(), Map.of())).isNull();
        assertThat(tokenOf(home, Map.of())).isNull();
        assertThat(tokenOf(with(home, "KUBECONFIG", folder.toString()), Map.of()))
                .isNull();
        assertThat(tokenOf(with(home, "KUBECONFIG", two.toString()), Map.of())).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "KUBERNETES_MASTER, ",
        "KUBERNETES_AUTH_TOKEN, ",
        "KUBERNETES_AUTH_TRYKUBECONFIG, ",
        "kubernetes.namespace, ",
        "KUBERNETES_SERVICE_HOST, t0k",
        "KUBERNETES_SERVICE_PORT_HTTPS, t0k",
        "KUBERNETES_PORT_443_TCP_ADDR, t0k",
        "OTHER_KUBERNETES_MASTER, t0k",
        "HTTPS_PROXY, t0k"
    })
    void aSettingOfFabric8sOwnIsForFabric8(String name, String token) throws Exception {
        Map<String, String> file =
                Map.of("KUBECONFIG", config("config", SERVER, TOKEN).toString());

        assertThat(tokenOf(with(file, name, "x"), Map.of())).isEqualTo(token);
        assertThat(tokenOf(file, Map.of(name, "x"))).isEqualTo(token);
    }

    @Test
    void whatIsFoundIsReadAgainAfterARefusal() throws Exception {
        System.setProperty("kubeconfig", config("config", SERVER, TOKEN).toString());
        try {
            ClusterAccess access = ClusterAccess.detect(null);
            String refused = access.authorization();

            assertThat(access.refreshAuthorization(refused)).isFalse();
            config("config", SERVER, "token: new");
            assertThat(access.refreshAuthorization(refused)).isTrue();
            assertThat(access.authorization()).isEqualTo("Bearer new");
        } finally {
            System.clearProperty("kubeconfig");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            server: 'https://api:6443/prefix/'                                    | token: t0k
            server: 'https://api', certificate-authority: none                    | token: t0k
            server: 'https://api', proxy-url: 'socks5://proxy'                    | token: t0k
            server: 'https://api?query/'                                          | token: t0k
            """)
    void whatIsFoundIsWhatFabric8FindsWordForWord(String cluster, String user) throws Exception {
        Path plain = config("plain", cluster, user);
        Path same = config("same", cluster + ", unknown: x", user);

        assertThat(found(plain, null)).isEqualTo(found(same, null));
        assertThat(found(plain, "c")).isEqualTo(found(same, "c"));
        assertThat(found(plain, "none")).isEqualTo(found(same, "none"));
    }

    private static @Nullable String tokenOf(Map<String, String> environment, Map<String, String> properties) {
        Properties set = new Properties();
        set.putAll(properties);
        PlainKubeconfig plain = PlainKubeconfig.detect(null, environment, set);
        return plain == null ? null : plain.token();
    }

    private static Map<String, String> with(Map<String, String> others, String name, String value) {
        Map<String, String> all = new HashMap<>(others);
        all.put(name, value);
        return all;
    }

    /** What is said of it, or why nothing can be. */
    private static Object found(Path file, @Nullable String context) throws IOException {
        try {
            return said(detected(file, context));
        } catch (ClusterAccessException failed) {
            return String.valueOf(failed.getMessage());
        }
    }

    /** By the property that goes before {@code KUBECONFIG}. */
    private static ClusterAccess detected(Path file, @Nullable String context) throws ClusterAccessException {
        System.setProperty("kubeconfig", file.toString());
        try {
            return ClusterAccess.detect(context);
        } finally {
            System.clearProperty("kubeconfig");
        }
    }

    private static List<Object> said(Path file) throws IOException {
        return said(ClusterAccess.kubeconfig(file));
    }

    private static List<Object> said(ClusterAccess access) throws IOException {
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
