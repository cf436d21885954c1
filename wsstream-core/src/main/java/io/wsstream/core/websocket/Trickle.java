package io.wsstream.core.websocket;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps peers alive whose messages nobody takes. A peer behind a full stream has its Pings unread, too, and its own
 * writes blocked: client-go gives up 61 s after the last Pong, and after 60 s in one write. So while reads are paused,
 * Pongs go out unasked, and every now and then a little is read all the same, into a second bound.
 *
 * <p>The defaults are figures that were seen to carry a real kubectl through 150 s: a blocked sender wakes only when a
 * third of its socket buffer is free, so smaller trickles do not help it.
 *
 * <p>One object serves all connections of a server, because their sum is bounded, too.
 *
 * <p><b>Threads:</b> any. <b>Memory:</b> none of its own; it bounds what the receivers of its connections hold.
 *
 * <p>Source: RFC 6455 5.5.3 (unsolicited Pong); client-go {@code tools/remotecommand/websocket.go}; PROTOCOL.md 5.9, 13.
 */
public final class Trickle {
    private final Duration pongEvery;
    private final Duration every;
    private final int bytes;
    private final long connectionBytes;
    private final long totalBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    /**
     * Other figures than the defaults.
     *
     * @param pongEvery how often a Pong is sent while reads are paused; positive
     * @param every how often a blocked peer may go on; positive
     * @param bytes how far it comes each time, at least, counted with what it could send anyway; at least 1
     * @param connectionBytes what may wait for one receiver; past it the connection is ended with 1008
     * @param totalBytes what all trickles together may hold; past it there are no new ones
     */
    public Trickle(Duration pongEvery, Duration every, int bytes, long connectionBytes, long totalBytes) {
        if (pongEvery.isZero() || pongEvery.isNegative() || every.isZero() || every.isNegative()) {
            throw new IllegalArgumentException(
                    "a trickle every " + every + " with a Pong every " + pongEvery + "; expected more than zero");
        }
        if (bytes < 1 || connectionBytes < bytes || totalBytes < bytes) {
            throw new IllegalArgumentException(
                    "trickles of " + bytes + " bytes, " + connectionBytes + " a connection and " + totalBytes
                            + " in all; expected at least one byte, and bounds that allow one");
        }
        this.pongEvery = pongEvery;
        this.every = every;
        this.bytes = bytes;
        this.connectionBytes = connectionBytes;
        this.totalBytes = totalBytes;
    }

    /**
     * {@return the defaults for one server: a Pong every 5 s, 1 MiB every 15 s, at most 64 MiB a connection (16 minutes)
     * and 256 MiB in all}
     */
    public static Trickle server() {
        return new Trickle(Duration.ofSeconds(5), Duration.ofSeconds(15), 1 << 20, 64L << 20, 256L << 20);
    }

    /** {@return what the trickles of all connections hold now, in bytes} */
    public long usedBytes() {
        return usedBytes.get();
    }

    Duration pongEvery() {
        return pongEvery;
    }

    Duration every() {
        return every;
    }

    int bytes() {
        return bytes;
    }

    long connectionBytes() {
        return connectionBytes;
    }

    /** Takes from what all may hold; false if so much is not left. */
    boolean take(long wanted) {
        if (usedBytes.addAndGet(wanted) <= totalBytes) {
            return true;
        }
        usedBytes.addAndGet(-wanted);
        return false;
    }

    void giveBack(long taken) {
        usedBytes.addAndGet(-taken);
    }
}
