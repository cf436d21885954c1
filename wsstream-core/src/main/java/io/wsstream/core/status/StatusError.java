package io.wsstream.core.status;

import io.wsstream.core.WsStreamException;

/** The remote refused or failed, in its own words: a {@link Status} that is not a success. */
public final class StatusError extends WsStreamException {
    private static final long serialVersionUID = 1L;

    private final transient Status status;

    /**
     * An error that carries a status.
     *
     * @param status the remote's words
     */
    public StatusError(Status status) {
        super(status.message().isEmpty() ? status.reason() : status.message(), null);
        this.status = status;
    }

    /** {@return the remote's words} */
    public Status status() {
        return status;
    }
}
