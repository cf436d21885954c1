package io.wsstream.core.transport;

import io.wsstream.core.WsStreamException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages both ways: in order, whole, and with flow control in both directions. A WebSocket is one; so is
 * anything else that can do this.
 *
 * <p><b>Threads:</b> any method may be called from any thread. <b>Blocking:</b> see {@link ByteLink}.
 */
public interface Transport {
    /**
     * What a transport tells. Calls of one transport come one at a time, but for {@link #onWritable} and {@link
     * #waitingBytes}.
     */
    interface Receiver {
        /**
         * A part of a message. The buffer is valid until the method returns, which must not block.
         *
         * @param part some bytes, or none
         * @param first whether the message begins here
         * @param last whether it ends here
         * @throws WsStreamException if the message breaks a rule; the transport then ends the connection
         */
        void onMessagePart(ByteBuffer part, boolean first, boolean last) throws WsStreamException;

        /**
         * {@return how many bytes of the messages delivered still wait to be taken, since reads were paused; on any
         * thread}
         */
        default long waitingBytes() {
            return 0;
        }

        /** The output queue was full and has room again. On any thread. */
        void onWritable();

        /**
         * The peer closed the connection in the proper way. No message comes any more.
         *
         * @param code its code; {@code 1005} when it gave none
         * @param reason its reason, possibly empty
         */
        void onClose(int code, String reason);

        /**
         * The end; the last call, exactly once.
         *
         * @param failure why, or null when either side had closed in the proper way
         */
        void onEnd(@Nullable WsStreamException failure);
    }

    /**
     * Begins to deliver. Nothing is delivered, and nothing lost, before.
     *
     * @param receiver who is told
     */
    void start(Receiver receiver);

    /**
     * {@return how long a message should be at most that is cut from a stream, in bytes; longer ones are sent as well}
     */
    default int messageBytes() {
        return 64 * 1024;
    }

    /**
     * Queues one message. After the end, or after {@link #close}, it is dropped. Who goes on although {@link #isWritable}
     * is false loses the connection once a transport's bound is passed, so that memory does not grow with a slow peer.
     *
     * @param text whether it is a text message
     * @param message position to limit; the transport's from now on, and it may change the bytes
     * @param headroom how many bytes before the position the transport may overwrite: 14 spare it a copy. Who gives any
     *     gives those between limit and capacity as well
     * @param released run once the buffer is needed no more, or null
     */
    void send(boolean text, ByteBuffer message, int headroom, @Nullable Runnable released);

    /** {@return bytes accepted and not yet handed to the network, what frames them included} */
    long queuedBytes();

    /** {@return whether the queue has room; when not, {@link Receiver#onWritable} tells when it has again} */
    boolean isWritable();

    /** Stops reading after the buffer being handled. */
    void pauseReads();

    /** Reads again. */
    void resumeReads();

    /**
     * Changes how long there may be no message in either direction before the connection is ended; control frames do not
     * count.
     *
     * @param bound from now on; zero for no bound
     */
    void setIdleTimeout(Duration bound);

    /**
     * Changes how long the peer may take nothing of what waits in the queue before it is lost.
     *
     * @param bound from now on; zero for no bound
     */
    void setWriteTimeout(Duration bound);

    /**
     * Closes in the proper way, after all that was sent: says so, then discards what comes until the peer has said so
     * too. Later calls do nothing.
     *
     * @param code why, such as 1000
     * @param reason for a person, possibly empty; cut to 123 bytes of UTF-8
     */
    void close(int code, String reason);

    /** Ends the connection now. */
    void abort();
}
