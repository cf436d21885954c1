package io.wsstream.core;

import org.jspecify.annotations.Nullable;

/** The connection ended without its proper end: no Close frame, or a Close that says failure. */
public final class ConnectionLostException extends WsStreamException {
    private static final long serialVersionUID = 1L;

    /**
     * A lost connection.
     *
     * @param message what was seen and what it means for the caller
     * @param cause the failure of the socket, or null when it simply ended
     */
    public ConnectionLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
