package io.wsstream.core.stream.blocking;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.stream.ByteSink;
import io.wsstream.core.stream.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;

/**
 * A channel as an {@link InputStream}. It ends when the peer ends the channel or the connection, after all that came;
 * whether that was a proper end is for the session's result to say.
 *
 * <p>What waits is bounded; a reader that does not read stops its own connection and nothing else. After {@link #close}
 * what comes is dropped, so that the session can end.
 *
 * <p><b>Threads:</b> one reader; close from any. <b>Blocking:</b> reads, until bytes come, the channel ends, or the
 * stream is closed; the connection's own bounds end it at last.
 */
public final class ChannelInputStream extends InputStream {
    private final ByteSource channel;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final byte[] ring;

    @GuardedBy("lock")
    private int start;

    @GuardedBy("lock")
    private int count;

    @GuardedBy("lock")
    private boolean ended;

    @GuardedBy("lock")
    private boolean closed;

    /** The channel holds bytes that found no room here. */
    @GuardedBy("lock")
    private boolean more;

    /**
     * A stream of a channel's bytes.
     *
     * @param channel has no sink yet
     * @param bufferBytes how much may wait here
     */
    public ChannelInputStream(ByteSource channel, int bufferBytes) {
        this.channel = channel;
        this.ring = new byte[bufferBytes];
        channel.deliverTo(new Sink());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        java.util.Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) {
            return 0;
        }
        int taken;
        boolean drain;
        synchronized (lock) {
            awaitBytes();
            if (count == 0) {
                return -1;
            }
            taken = Math.min(length, count);
            int tail = Math.min(taken, ring.length - start);
            System.arraycopy(ring, start, to, offset, tail);
            System.arraycopy(ring, 0, to, offset + tail, taken - tail);
            count -= taken;
            start = count == 0 ? 0 : (start + taken) % ring.length;
            drain = more && count <= ring.length / 2;
            if (drain) {
                more = false;
            }
        }
        if (drain) {
            channel.drain();
        }
        return taken;
    }

    @GuardedBy("lock")
    private void awaitBytes() throws IOException {
        while (true) {
            if (closed) {
                throw new IOException("the stream is closed");
            }
            if (count > 0 || ended) {
                return;
            }
            try {
                lock.wait();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for bytes of the channel");
            }
        }
    }

    @Override
    public int available() {
        synchronized (lock) {
            return count;
        }
    }

    /** Frees a waiting reader, and drops what waits and what comes. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            count = 0;
            lock.notifyAll();
        }
        channel.discard();
    }

    private final class Sink implements ByteSink {
        @Override
        public void accept(ByteBuffer bytes) {
            synchronized (lock) {
                if (closed) {
                    bytes.position(bytes.limit());
                    return;
                }
                while (bytes.hasRemaining() && count < ring.length) {
                    int end = (start + count) % ring.length;
                    int room = Math.min(ring.length - count, ring.length - end);
                    int taken = Math.min(room, bytes.remaining());
                    bytes.get(ring, end, taken);
                    count += taken;
                }
                more = bytes.hasRemaining();
                lock.notifyAll();
            }
        }

        @Override
        public void end() {
            synchronized (lock) {
                ended = true;
                lock.notifyAll();
            }
        }
    }
}
