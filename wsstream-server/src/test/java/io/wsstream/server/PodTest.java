package io.wsstream.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "Upper", "a/b", "-a", "a-", "a..b", "a b"})
    void aPodHasANameThatKubernetesWouldTake(String name) {
        assertThatThrownBy(() -> Pod.of(name, "main"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no pod name");
    }

    @Test
    void aPodHasContainersOfDifferentNames() {
        assertThatThrownBy(() -> Pod.of("p")).hasMessageContaining("one or more");
        assertThatThrownBy(() -> Pod.of("p", "a", "a")).hasMessageContaining("different");
        assertThatThrownBy(() -> Pod.of("p", "a.b")).hasMessageContaining("no container name");
    }

    @Test
    void aCatalogueFindsAPodInItsNamespaceOnly() {
        Pod here = Pod.of("p", "main");
        Pod there = new Pod("other", "q", List.of("main"), Map.of(), Map.of(), Instant.EPOCH);
        PodCatalog catalog = PodCatalog.of(here, there);

        assertThat(catalog.list()).containsExactly(here, there);
        assertThat(catalog.list("other")).containsExactly(there);
        assertThat(catalog.find("default", "p")).contains(here);
        assertThat(catalog.find("default", "q")).isEmpty();
        assertThat(catalog.namespaces()).containsExactly("default", "other");
    }

    @Test
    void aCatalogueHasNoTwoPodsOfOneName() {
        assertThatThrownBy(() -> PodCatalog.of(Pod.of("p", "a"), Pod.of("p", "b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two pods named p");
    }

    @Test
    void limitsChangeOneAtATimeAndKeepTheirRanges() {
        ServerLimits limits = ServerLimits.defaults()
                .withMaxSessions(1)
                .withMaxConnections(2)
                .withMaxRequestHeadBytes(3000)
                .withHandshakeTimeout(Duration.ofSeconds(4))
                .withMaxMessageBytes(5000);

        assertThat(limits).isEqualTo(new ServerLimits(1, 2, 3000, Duration.ofSeconds(4), 5000));
        assertThat(ServerLimits.defaults())
                .isEqualTo(new ServerLimits(1000, 4000, 1_048_576, Duration.ofSeconds(10), 33_554_432));
        assertThatThrownBy(() -> limits.withMaxSessions(0)).hasMessage("maxSessions is 0; expected at least 1");
        assertThatThrownBy(() -> limits.withHandshakeTimeout(Duration.ZERO)).hasMessageContaining("more than zero");
    }
}
