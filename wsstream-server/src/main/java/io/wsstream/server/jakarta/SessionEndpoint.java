package io.wsstream.server.jakarta;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;

/**
 * What a container calls: hands its sessions to the listener, and what it says of them to their links. Public because
 * containers call it by reflection.
 *
 * <p><b>Threads:</b> the container's; knows nothing but the session it is given, so one serves any number.
 */
public final class SessionEndpoint extends Endpoint {
    private static final String LINK = SessionLink.class.getName();

    private final JakartaListener listener;

    SessionEndpoint(JakartaListener listener) {
        this.listener = listener;
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        SessionLink link = listener.link(session);
        session.getUserProperties().put(LINK, link);
        listener.opened(session, link);
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        if (session.getUserProperties().get(LINK) instanceof SessionLink link) {
            link.onClose(reason);
        }
    }

    @Override
    public void onError(Session session, Throwable failure) {
        if (session.getUserProperties().get(LINK) instanceof SessionLink link) {
            link.onError(failure);
        }
    }
}
