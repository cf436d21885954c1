package io.wsstream.core;

/** The peer broke a rule of RFC 6455 or of the channel protocol. */
public final class ProtocolViolationException extends WsStreamException {
    private static final long serialVersionUID = 1L;

    private final int closeCode;

    /**
     * A violation.
     *
     * @param closeCode the code to close with, such as 1002
     * @param message what came and what was expected
     */
    public ProtocolViolationException(int closeCode, String message) {
        super(message, null);
        this.closeCode = closeCode;
    }

    /** {@return the code to close with} */
    public int closeCode() {
        return closeCode;
    }
}
