package io.wsstream.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPolicyTest {
    private final HostPolicy policy = HostPolicy.loopback()
            .withHosts(List.of("exec.example.com", "*.apps.example.com", "192.0.2.7", "2001:db8::7"))
            .withOrigins(List.of("https://console.example.com"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8443",
                "LOCALHOST:1",
                "localhost.",
                "127.0.0.1",
                "127.8.8.8:80",
                "[::1]",
                "[::1]:8443",
                "[0:0:0:0:0:0:0:1]:8443",
                "exec.example.com",
                "Exec.Example.COM:9",
                "a.apps.example.com",
                "192.0.2.7:6443",
                "[2001:DB8:0::7]:6443",
                "localhost:"
            })
    void hostMustNameUsWhateverThePortAndTheSpelling(String host) {
        assertThat(policy.allowsHost(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "127.0.0.1.nip.io",
                "evil.example:443",
                "example.com",
                "apps.example.com",
                "a.b.apps.example.com",
                "*.apps.example.com",
                "10.0.0.1",
                "[::2]",
                "127.1",
                "2130706433",
                "127.0.0.256",
                "",
                " ",
                "user@localhost",
                "localhost/x",
                "localhost:x",
                "localhost:65536",
                "localhost:443:443",
                "::1",
                "[::1",
                "[localhost]",
                "localhost, evil.example"
            })
    void everyOtherHostIsForeign(String host) {
        assertThat(policy.allowsHost(host)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://localhost:8443, localhost:8443, true",
        "https://LOCALHOST:8443, localhost:8443, true",
        "HTTPS://localhost:8443, localhost:8443, true",
        "https://localhost:443, localhost, true",
        "https://localhost, localhost:443, true",
        "http://localhost:80, localhost, false",
        "http://localhost, localhost:80, false",
        "https://[::1]:8443, [0:0:0:0:0:0:0:1]:8443, true",
        "https://console.example.com, localhost:8443, true",
        "https://console.example.com:443, localhost:8443, true"
    })
    void originOfTheServerItselfOrOfTheListIsAllowed(String origin, String host, boolean secure) {
        assertThat(policy.allowsOrigin(origin, host, secure)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "null, localhost:8443, true",
        "'', localhost:8443, true",
        "https://evil.example, localhost:8443, true",
        "https://localhost:3000, localhost:8443, true",
        "https://localhost, localhost:8443, true",
        "http://localhost:8443, localhost:8443, true",
        "https://localhost:8443, localhost:8443, false",
        "https://127.0.0.1:8443, localhost:8443, true",
        "https://localhost:8443/, localhost:8443, true",
        "https://localhost:8443@evil.example, localhost:8443, true",
        "http://console.example.com, localhost:8443, true",
        "https://console.example.com:444, localhost:8443, true",
        "https://console.example.com.evil.example, localhost:8443, true",
        "localhost:8443, localhost:8443, true",
        "file://, localhost:8443, true"
    })
    void everyOtherOriginIsForeign(String origin, String host, boolean secure) {
        assertThat(policy.allowsOrigin(origin, host, secure)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://exec.example.com", "exec.example.com:8443", "a b", "", "exec.example.com/", "[::1"})
    void anAllowedHostIsANameAndNothingElse(String host) {
        assertThatThrownBy(() -> HostPolicy.loopback().withHosts(List.of(host)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without scheme and port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "*", "console.example.com", "https://console.example.com/", "https://a b"})
    void anAllowedOriginIsSchemeAndHost(String origin) {
        assertThatThrownBy(() -> HostPolicy.loopback().withOrigins(List.of(origin)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scheme://host");
    }

    @Test
    void addingNamesKeepsTheEarlierOnes() {
        HostPolicy both = HostPolicy.loopback().withHosts(List.of("a.example")).withHosts(List.of("b.example"));

        assertThat(both.allowsHost("a.example")).isTrue();
        assertThat(both.allowsHost("b.example")).isTrue();
    }
}
