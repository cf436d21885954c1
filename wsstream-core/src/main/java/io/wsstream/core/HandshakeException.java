package io.wsstream.core;

import io.wsstream.core.status.Status;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake failed. At a client: the server answered with something other than 101 and a subprotocol that was
 * offered. At a server: the request is to be refused with {@link #httpStatus}.
 */
public final class HandshakeException extends WsStreamException {
    private static final long serialVersionUID = 1L;

    private final int httpStatus;
    private final String body;
    private final transient @Nullable Status status;

    /**
     * A refused or unusable handshake.
     *
     * @param message what came, what was expected, what to do
     * @param httpStatus the HTTP status code; 101 when the answer was an upgrade that cannot be used
     * @param body the beginning of the answer's body, possibly empty
     * @param status the body as a Status, or null when it is none
     */
    public HandshakeException(String message, int httpStatus, String body, @Nullable Status status) {
        super(message, null);
        this.httpStatus = httpStatus;
        this.body = body;
        this.status = status;
    }

    /** {@return the HTTP status code of the answer: the server's, or the one to refuse with} */
    public int httpStatus() {
        return httpStatus;
    }

    /** {@return the beginning of the answer's body, possibly empty} */
    public String body() {
        return body;
    }

    /** {@return the answer's body as a Status, or null when it is none} */
    public @Nullable Status status() {
        return status;
    }
}
