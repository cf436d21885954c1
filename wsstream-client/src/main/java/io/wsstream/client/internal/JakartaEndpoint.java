package io.wsstream.client.internal;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Jakarta endpoint of one connection: opened with the 101, closed with the socket. Data does not pass it.
 *
 * <p><b>Threads:</b> opened on the caller's, closed on the link's writer.
 */
final class JakartaEndpoint extends Endpoint {
    /** Its key among the user properties. */
    static final String KEY = "io.wsstream.client.endpoint";

    private static final Logger LOG = LoggerFactory.getLogger(JakartaEndpoint.class);

    private volatile @Nullable Session session;

    @Override
    public void onOpen(Session opened, EndpointConfig config) {
        session = opened;
        LOG.debug("open: {}", opened.getNegotiatedSubprotocol());
    }

    @Override
    public void onClose(Session closed, CloseReason reason) {
        LOG.debug("closed: {}", reason.getCloseCode());
    }

    @Override
    public void onError(Session failed, Throwable failure) {
        LOG.debug("the endpoint failed", failure);
    }

    Session session() {
        Session opened = session;
        if (opened == null) {
            throw new IllegalStateException("Tyrus did not open the endpoint");
        }
        return opened;
    }
}
