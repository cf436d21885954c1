package io.wsstream.server.internal;

import io.wsstream.core.websocket.WebSocketTransport;
import io.wsstream.server.rest.HttpDecision;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Set;

/** What brings connections to a server: a listener of its own, or somebody else's container. */
public interface Listener extends AutoCloseable {
    /** Where an exec comes in, below the path prefix. */
    String EXEC_PATH = "/api/v1/namespaces/{namespace}/pods/{pod}/exec";

    /** Who takes upgraded connections. Called on I/O threads, several at once. */
    interface Sessions {
        /**
         * Keeps room for one more session; called before the 101, since nobody can be refused after it.
         *
         * @return false if there is none: the request is refused with 429
         */
        boolean reserve();

        /** No session came of what was reserved. */
        void release();

        /**
         * Opens a session in the room that was reserved. If it throws, the connection is cut and the room released.
         *
         * @param upgrade what the client wants
         * @param transport its connection after the 101, not started yet
         */
        void open(HttpDecision.Upgrade upgrade, WebSocketTransport transport);
    }

    /** {@return the port that is listened on; -1 when a container listens} */
    int port();

    /** {@return what is to be deployed in the container that listens; nothing when this listens itself} */
    default Set<ServerEndpointConfig> endpoints() {
        return Set.of();
    }

    /** Stops to accept connections; those that are open go on. */
    void stopAccepting();

    /** Ends all connections and the threads. */
    @Override
    void close();
}
