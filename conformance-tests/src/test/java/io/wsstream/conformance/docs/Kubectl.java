package io.wsstream.conformance.docs;

import io.wsstream.conformance.peers.Peer;
import io.wsstream.conformance.peers.PeerResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A real kubectl with one kubeconfig. */
public record Kubectl(Path kubeconfig) {
    public PeerResult run(String... arguments) throws IOException, InterruptedException {
        return runWith("", arguments);
    }

    public PeerResult runWith(String input, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--kubeconfig", kubeconfig.toString()));
        all.addAll(List.of(arguments));
        return Peer.KUBECTL
                .command(all.toArray(String[]::new))
                .input(input.getBytes(StandardCharsets.UTF_8))
                .run(Duration.ofSeconds(60));
    }
}
