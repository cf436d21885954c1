package io.wsstream.cli;

import io.wsstream.conformance.peers.Peer;
import java.util.List;

/** {@code kubectl exec -it} of stock kubectl. */
class KubectlTerminalIT extends TerminalIT {
    @Override
    List<String> tool() {
        return List.of(Peer.KUBECTL.require().toString());
    }
}
