package io.wsstream.client.exec;

import io.wsstream.core.WsStreamException;
import org.jspecify.annotations.Nullable;

/** This side ended the session before the command did; whether the command still runs is the server's affair. */
public final class SessionCancelledException extends WsStreamException {
    private static final long serialVersionUID = 1L;

    /**
     * A cancelled session.
     *
     * @param message who ended it and why
     * @param cause what made it so, or null
     */
    public SessionCancelledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
