package io.wsstream.server.jakarta;

/**
 * A request that is not let in, told to the container in the only way that Jakarta has. Its message is that of the
 * {@code Status} with which a filter would have answered.
 */
final class HandshakeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Without a stack trace: refusals are an everyday matter. */
    HandshakeRefusedException(String message) {
        super(message, null, false, false);
    }
}
