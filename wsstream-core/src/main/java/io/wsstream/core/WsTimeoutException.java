package io.wsstream.core;

import java.time.Duration;

/** A bound passed: of a handshake, of an operation, of silence. */
public final class WsTimeoutException extends WsStreamException {
    private static final long serialVersionUID = 1L;

    private final Duration bound;

    /**
     * A timeout.
     *
     * @param message what was waited for
     * @param bound how long
     */
    public WsTimeoutException(String message, Duration bound) {
        super(message, null);
        this.bound = bound;
    }

    /** {@return the bound that passed} */
    public Duration bound() {
        return bound;
    }
}
