package io.wsstream.core.transport;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes under a WebSocket: a socket, a TLS session, a tunnel, a pipe in memory.
 *
 * <p>Inbound, the link hands every buffer it reads to its connection, one at a time, and stops reading while reads are
 * paused. Outbound, it takes buffers in the order of the calls; the connection makes one call at a time.
 *
 * <p>However it ends (by {@link #close}, by {@link #abort}, by the peer, by a failure) the link tells its connection, and
 * tells each buffer that it still has or is still given: nothing is left without its {@link Outbound#onSent}.
 *
 * <p><b>Threads:</b> any method may be called from any thread. <b>Blocking:</b> none that a link's own threads could
 * feel: a link over a blocking socket may hold other callers of {@link #write} until the socket takes the bytes.
 */
public interface ByteLink {
    /** Bytes on their way out. */
    interface Outbound {
        /** {@return position to limit are to be sent; the link may move the position} */
        ByteBuffer bytes();

        /**
         * The link needs the bytes no more. Called exactly once, on any thread, possibly before {@code write} returns.
         *
         * @param failure why they were not sent, or null when they were handed to the network
         */
        void onSent(@Nullable Throwable failure);
    }

    /**
     * Sends bytes after all that came before.
     *
     * @param outbound what to send
     */
    void write(Outbound outbound);

    /**
     * How many of the bytes of one write reach the peer's program together: as many as a TLS record holds. 0 where there is
     * no such unit.
     */
    default int recordBytes() {
        return 0;
    }

    /** Stops reading after the buffer being handled. Flips a flag, calls nobody. */
    void pauseReads();

    /** Reads again, on a thread of the link's own. */
    void resumeReads();

    /**
     * Reads once on the calling thread, which waits for what is read, if that is cheaper now than the link's own thread. May
     * block for some milliseconds.
     *
     * @return whether it did; if not, the link's own thread reads
     */
    default boolean readHere() {
        return false;
    }

    /**
     * Ends the output once all that was written is out, and closes when the peer has ended, too, or after a bound of the
     * link's own. Until then it goes on reading: closed with bytes unread, the peer would get a reset instead of the end.
     */
    void close();

    /** Closes now; what is still queued is dropped. */
    void abort();
}
