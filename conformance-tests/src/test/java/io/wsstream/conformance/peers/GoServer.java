package io.wsstream.conformance.peers;

import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * Kubernetes' own server code on a free loopback port, over pods whose commands are processes of this host. It serves
 * {@code exec}, {@code attach} and {@code portforward} of every pod under the paths and queries of a kube-apiserver, and
 * asks nobody for a token. It ends with {@link #close}, or with this JVM, and its processes with it.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> starting waits for its first line, closing for its end.
 */
public final class GoServer implements AutoCloseable {
    /** Which code serves. */
    public enum Kind {
        /** The CRI streaming server as container runtimes had it up to Kubernetes 1.35. */
        CRI_1_35(Peer.KUBERNETES_1_35),
        /** The newest CRI streaming server. */
        CRI(Peer.KUBERNETES),
        /** In front of the newest CRI streaming server, the apiserver: translator for v5, tunnel, and relay for the rest. */
        APISERVER(Peer.KUBERNETES);

        private final Peer peer;

        Kind(Peer peer) {
            this.peer = peer;
        }

        private List<String> flags() {
            return this == APISERVER ? List.of("-apiserver") : List.of();
        }

        /** How it is started. */
        public String title() {
            return (peer.programName() + " " + String.join(" ", flags())).strip();
        }

        /** The release that it is built from. */
        public String version() {
            return peer.version().orElse("");
        }
    }

    private final ServingPeer peer;

    private GoServer(ServingPeer peer) {
        this.peer = peer;
    }

    /** Starts one. */
    public static GoServer start(Kind kind) throws IOException {
        return new GoServer(ServingPeer.server(kind.peer, kind.flags()));
    }

    /** The URL of the cluster that it plays; no path. */
    public URI url() {
        return URI.create(peer.address());
    }

    @Override
    public void close() throws IOException {
        peer.close();
    }
}
