package io.wsstream.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class PeerTableTest {
    @Test
    void aPeerThatATestAskedForIsCountedForThatTestAlone() {
        assertThat(rowOf(Peer.KUBECTL, OneTestAsks.class)).endsWith("| 1");
    }

    @Test
    void aPeerThatAClassAskedForIsCountedForEachOfItsTests() {
        assertThat(rowOf(Peer.GORILLA, ClassAsks.class)).endsWith("| 2");
    }

    @Test
    void aTestWithoutItsPeerIsCountedAsSkipped() {
        assertThat(rowOf(Peer.KUBECTL, TestIsSkipped.class)).endsWith("| 0, skipped 1");
    }

    @Test
    void aPeerThatNobodyAskedForHasNoRow() {
        assertThat(rowOf(Peer.GORILLA, OneTestAsks.class)).isEmpty();
    }

    /** Runs the class in a launcher of its own, so that nothing of it reaches the report of this run. */
    private static String rowOf(Peer peer, Class<?> tests) {
        StringBuilder printed = new StringBuilder();
        LauncherConfig alone = LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .build();
        LauncherFactory.create(alone)
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .build(),
                        new PeerTable(printed::append));
        return Arrays.stream(printed.toString().split("\n"))
                .filter(row -> row.startsWith(peer.programName() + " "))
                .findFirst()
                .orElse("");
    }

    static class OneTestAsks {
        @Test
        void asks() {
            PeerTable.asked(Peer.KUBECTL);
        }

        @Test
        void asksForNothing() {}
    }

    static class ClassAsks {
        @BeforeAll
        static void asks() {
            PeerTable.asked(Peer.GORILLA);
        }

        @Test
        void first() {}

        @Test
        void second() {}
    }

    static class TestIsSkipped {
        @Test
        void isSkipped() {
            PeerTable.asked(Peer.KUBECTL);
            Assumptions.abort("not built");
        }
    }
}
