package io.wsstream.server.tyrus;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Objects;

/**
 * The Jakarta endpoint of exec, and of every other path that is upgraded. What is to be decided was decided before; this carries the decision from the handshake to
 * the session.
 *
 * <p><b>Threads:</b> the connection's selector.
 */
public final class TyrusExecEndpoint extends Endpoint {
    private static final String UPGRADE = TyrusExecEndpoint.class.getName() + ".upgrade";

    /** A request that is let in, on its way through Tyrus' handshake. */
    interface Upgrade {
        boolean reserve();

        /** The handshake failed after {@link #reserve}. */
        void refused();

        void opened(Session session);

        /** {@return whether the session has been told} */
        boolean isOpened();

        void closed();
    }

    /** For Tyrus, which makes one per connection. */
    public TyrusExecEndpoint() {}

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        upgrade(session).opened(session);
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        upgrade(session).closed();
    }

    private static Upgrade upgrade(Session session) {
        return (Upgrade) Objects.requireNonNull(session.getUserProperties().get(UPGRADE));
    }

    static ServerEndpointConfig config(String path) {
        return ServerEndpointConfig.Builder.create(TyrusExecEndpoint.class, path)
                .configurator(new Configurator())
                .build();
    }

    private static final class Configurator extends ServerEndpointConfig.Configurator {
        @Override
        public boolean checkOrigin(String origin) {
            return true; // decided before, with the Host beside it
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return requested.isEmpty() ? "" : requested.get(0); // the listener shows Tyrus only what it has selected
        }

        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
            return List.of();
        }

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            config.getUserProperties().put(UPGRADE, request.getHttpSession());
        }
    }
}
