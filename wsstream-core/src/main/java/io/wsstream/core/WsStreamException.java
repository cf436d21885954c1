package io.wsstream.core;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the peer or the network can cause. Mistakes of the caller are {@link IllegalArgumentException} and {@link
 * IllegalStateException}; an exit code is a result ({@link ExecResult}).
 *
 * <pre>
 * IOException
 *  +- WsStreamException
 *      +- HandshakeException          the server answered the upgrade with something else
 *      +- ProtocolViolationException  the peer broke a rule; says with which close code to answer
 *      +- StatusError                 the remote's own words: a metav1.Status
 *      +- ConnectionLostException     the connection ended without its proper end
 *      +- WsTimeoutException          a bound passed
 * </pre>
 */
public class WsStreamException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with a cause.
     *
     * @param message what came, what was expected, what to do
     * @param cause what lies behind it, or null
     */
    public WsStreamException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
