package io.wsstream.server.jakarta;

import io.wsstream.core.Subprotocol;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;

/**
 * The handshake, as far as a container lets others decide it: the subprotocol by the client's order, no extension, and no
 * 101 for whom the listener does not let in.
 *
 * <p><b>Threads:</b> the container's. <b>Blocking:</b> {@link #modifyHandshake}, until the request is decided.
 */
final class Handshake extends ServerEndpointConfig.Configurator {
    private final JakartaListener listener;

    Handshake(JakartaListener listener) {
        this.listener = listener;
    }

    @Override
    public <T> T getEndpointInstance(Class<T> endpointClass) {
        return endpointClass.cast(new SessionEndpoint(listener));
    }

    @Override
    public boolean checkOrigin(String origin) {
        return true; // decided below, with the Host beside it
    }

    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
        String selected = Subprotocol.selectName(Subprotocol.parseOffer(requested), supported);
        return selected == null ? "" : selected; // and below there is no 101 for it
    }

    @Override
    public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
        return List.of();
    }

    /**
     * Decides the request.
     *
     * @throws HandshakeRefusedException if it is refused; what a container makes of that is its own affair, but no 101
     */
    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        config.getUserProperties().put(JakartaListener.UPGRADE, listener.decide(request));
    }
}
