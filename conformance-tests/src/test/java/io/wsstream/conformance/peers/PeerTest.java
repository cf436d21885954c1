package io.wsstream.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class PeerTest {
    @Test
    void aMissingPeerSkipsTheTestWithItsReason() {
        assertThatThrownBy(() -> Peer.skipOrFail("go is not installed", false))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("go is not installed");
    }

    @Test
    void aMissingPeerFailsTheTestInCi() {
        assertThatThrownBy(() -> Peer.skipOrFail("go is not installed", true))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining("go is not installed");
    }

    @Test
    void theRootHoldsTheScriptThatBuildsThePeers() {
        assertThat(Files.isExecutable(Peer.root().resolve("conformance-tests/peers/build")))
                .isTrue();
    }

    @Test
    void eachPeerHasItsFolderOfSources() {
        for (Peer peer : Peer.values()) {
            assertThat(peer.pins()).exists();
        }
    }
}
