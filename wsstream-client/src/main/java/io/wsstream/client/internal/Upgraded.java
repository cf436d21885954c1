package io.wsstream.client.internal;

import io.wsstream.core.Subprotocol;
import io.wsstream.core.websocket.WebSocketTransport;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import org.glassfish.tyrus.spi.Connection;

/**
 * A connection after the 101.
 *
 * <p><b>Threads:</b> any.
 */
public final class Upgraded {
    private final SocketLink link;
    private final WebSocketTransport transport;
    private final Subprotocol subprotocol;
    private final Session session;
    private volatile boolean properEnd;

    Upgraded(SocketLink link, WebSocketTransport transport, Subprotocol subprotocol, Session session) {
        this.link = link;
        this.transport = transport;
        this.subprotocol = subprotocol;
        this.session = session;
    }

    /** {@return the bytes below} */
    public SocketLink link() {
        return link;
    }

    /** {@return what carries the messages; not started yet} */
    public WebSocketTransport transport() {
        return transport;
    }

    /** {@return what was agreed; one of those offered} */
    public Subprotocol subprotocol() {
        return subprotocol;
    }

    /** {@return Tyrus' view of the connection; it sends no data} */
    public Session session() {
        return session;
    }

    /** Starts the threads of the link; nothing is delivered before the transport starts. */
    public void start(Connection tyrus, Runnable onClosed) {
        link.start(transport, () -> {
            tyrus.close(new CloseReason(properEnd ? CloseCodes.NORMAL_CLOSURE : CloseCodes.CLOSED_ABNORMALLY, ""));
            onClosed.run();
        });
    }

    /** The connection ends in the proper way, for {@code Endpoint.onClose}. */
    public void markProperEnd() {
        properEnd = true;
    }
}
