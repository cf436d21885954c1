package io.wsstream.conformance.peers;

import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * The gorilla peer as a server on a free loopback port; {@code /source}, {@code /sink}, {@code /echo}, each also as
 * {@code /k8s-...} in v5.channel.k8s.io. It ends with {@link #close}, or with this JVM.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> starting waits for its first line, closing for its end.
 */
public final class GorillaServer implements AutoCloseable {
    private final ServingPeer peer;

    private GorillaServer(ServingPeer peer) {
        this.peer = peer;
    }

    /** Starts one; {@code -tls} makes it serve wss. */
    public static GorillaServer start(String... flags) throws IOException {
        return new GorillaServer(ServingPeer.server(Peer.GORILLA, List.of(flags)));
    }

    /** The URL of one of its paths, query included. */
    public URI url(String path) {
        return URI.create(peer.address()).resolve(path);
    }

    @Override
    public void close() throws IOException {
        peer.close();
    }
}
