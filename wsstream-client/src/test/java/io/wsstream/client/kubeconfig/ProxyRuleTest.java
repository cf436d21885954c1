package io.wsstream.client.kubeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cases are those of golang.org/x/net/http/httpproxy, where it has them. */
class ProxyRuleTest {
    @ParameterizedTest
    @CsvSource({
        "https://api:6443, HTTPS_PROXY, true",
        "https://api:6443, https_proxy, true",
        "https://api:6443, HTTP_PROXY, false",
        "http://api:8080, HTTP_PROXY, true",
        "http://api:8080, http_proxy, true",
        "http://api:8080, HTTPS_PROXY, false",
        "https://api:6443, ALL_PROXY, false"
    })
    void theVariableIsThatOfTheScheme(URI server, String variable, boolean applies) throws Exception {
        ProxyRule rule = ProxyRule.environment(Map.of(variable, "http://proxy:3128"));

        assertThat(rule.proxyFor(server)).isEqualTo(applies ? URI.create("http://proxy:3128") : null);
    }

    @Test
    void aProxyWithoutASchemeIsAnHttpOne() throws Exception {
        ProxyRule rule = ProxyRule.environment(Map.of("HTTPS_PROXY", "proxy:3128"));

        assertThat(rule.proxyFor(URI.create("https://api"))).isEqualTo(URI.create("http://proxy:3128"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.1.2.3", "[::1]"})
    void theLoopbackNeedsNoProxy(String host) throws Exception {
        ProxyRule rule = ProxyRule.environment(Map.of("HTTPS_PROXY", "http://proxy:3128"));

        assertThat(rule.proxyFor(URI.create("https://" + host + ":6443"))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, api.example.com:6443, true",
        "example.com, example.com, true",
        "example.com, myexample.com, false",
        ".example.com, api.example.com, true",
        ".example.com, example.com, false",
        "*.example.com, api.example.com, true",
        "EXAMPLE.com, api.Example.COM, true",
        "example.com:6443, api.example.com:6443, true",
        "example.com:443, api.example.com, true",
        "example.com:6443, api.example.com, false",
        "'other.com, example.com', api.example.com, true",
        "*, api.example.com, true",
        "'', api.example.com, false",
        "10.0.0.1, 10.0.0.1:6443, true",
        "10.0.0.1, 10.0.0.11, false",
        "10.0.0.1:6443, 10.0.0.1:6443, true",
        "10.0.0.1:6443, 10.0.0.1:7443, false",
        "10.0.0.0/8, 10.200.3.4, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.0.0.0/8, ten.example.com, false",
        "10.0.0.0/99, 10.0.0.1, false",
        "0.0.0.0/0, 10.0.0.1, true",
        "fd00::/8, [fd00::1], true",
        "fd00::/8, 10.0.0.1, false",
        "fd00::1, [fd00::1]:6443, true",
        "[fd00::1]:6443, [fd00::1]:6443, true",
        "[fd00::1]:6443, [fd00::1]:7443, false"
    })
    void noProxyNamesTheExceptions(String exceptions, String server, boolean exempt) throws Exception {
        ProxyRule rule = ProxyRule.environment(Map.of("HTTPS_PROXY", "http://proxy:3128", "no_proxy", exceptions));

        assertThat(rule.proxyFor(URI.create("https://" + server)) == null).isEqualTo(exempt);
    }

    @Test
    void aProxyOfAnotherKindIsRefusedOnlyWhereItApplies() throws Exception {
        ProxyRule rule = ProxyRule.environment(Map.of("HTTPS_PROXY", "socks5://proxy:1080", "NO_PROXY", "near"));

        assertThat(rule.proxyFor(URI.create("https://near"))).isNull();
        assertThatThrownBy(() -> rule.proxyFor(URI.create("https://far")))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessage(
                        "HTTPS_PROXY of the environment asks for a proxy of kind socks5; only http:// proxies (CONNECT)"
                                + " are supported; use one, or name the server in NO_PROXY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://user:s3cret@", "http://user:s3cret@pro xy:1"})
    void aMalformedProxyIsToldWithoutItsPassword(String proxy) {
        assertThatThrownBy(() -> ProxyRule.fixed(proxy, "proxy-url of x"))
                .isInstanceOf(ClusterAccessException.class)
                .hasMessageContaining("the proxy of proxy-url of x is no URL")
                .message()
                .doesNotContain("s3cret");
    }
}
