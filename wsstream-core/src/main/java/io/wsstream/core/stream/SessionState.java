package io.wsstream.core.stream;

/**
 * The order in which a session ends, the same for server and client. What one side sends in a state, the other receives
 * in it.
 *
 * <pre>
 *  CONNECTING --opened--> OPEN --status--> STATUS --close--> CLOSING --end--> CLOSED
 *      |                   |  \---close-------------------^    |               ^
 *      |                   |                 |                 |               |
 *      \-------------------+------lost-------+-----------------+---------------/
 * </pre>
 *
 * <p>A server sends its output before {@code status}, the status once, and a Close with code 1000 only after it. A
 * Close without a status before it carries another code, or answers the client's. On v1 to v3 success is said by
 * silence: there {@code status} happens without a message.
 *
 * <p>Source: design of Kubernetes' own rework of the end of a session; PROTOCOL.md 12.
 */
public enum SessionState {
    /** The upgrade is under way. */
    CONNECTING,
    /** Data flows. */
    OPEN,
    /** The status was sent, or received. */
    STATUS,
    /** A Close was sent, or received; what comes is dropped. */
    CLOSING,
    /** The connection is gone. */
    CLOSED;

    /** What can happen to a session. */
    public enum Event {
        /** The upgrade is through. */
        OPENED,
        /** The status was sent, or received. */
        STATUS,
        /** A Close was sent, or received. */
        CLOSE,
        /** The connection ended after a Close. */
        END,
        /** The connection ended without one. */
        LOST
    }

    /**
     * The state after an event.
     *
     * @param event what happened
     * @return the next state
     * @throws IllegalStateException if that cannot happen now; names both
     */
    public SessionState after(Event event) {
        return switch (this) {
            case CONNECTING ->
                switch (event) {
                    case OPENED -> OPEN;
                    case LOST -> CLOSED;
                    case STATUS, CLOSE, END -> throw impossible(event);
                };
            case OPEN ->
                switch (event) {
                    case STATUS -> STATUS;
                    case CLOSE -> CLOSING;
                    case LOST -> CLOSED;
                    case OPENED, END -> throw impossible(event);
                };
            case STATUS ->
                switch (event) {
                    case CLOSE -> CLOSING;
                    case LOST -> CLOSED;
                    case OPENED, STATUS, END -> throw impossible(event);
                };
            case CLOSING ->
                switch (event) {
                    case END, LOST -> CLOSED;
                    case OPENED, STATUS, CLOSE -> throw impossible(event);
                };
            case CLOSED -> throw impossible(event);
        };
    }

    private IllegalStateException impossible(Event event) {
        return new IllegalStateException("event " + event + " in state " + this);
    }
}
