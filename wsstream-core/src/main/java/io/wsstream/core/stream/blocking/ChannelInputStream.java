package io.wsstream.core.stream.blocking;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.stream.ByteSink;
import io.wsstream.core.stream.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A channel as an {@link InputStream}. It ends when the peer ends the channel or the connection, after all that came;
 * whether that was a proper end is for the session's result to say. It stays readable after the end.
 *
 * <p>What waits is bounded; a reader that does not read stops its own connection and nothing else. After {@link #close}
 * what comes is dropped, so that the session can end; so is what finds no room after {@link #dropUnlessClaimed}.
 *
 * <p><b>Threads:</b> one reader; close from any. <b>Blocking:</b> reads, until bytes come, the channel ends, or the
 * stream is closed; the connection's own bounds end it at last. <b>Memory:</b> a ring that grows up to its bound.
 */
public final class ChannelInputStream extends InputStream {
    private static final int FIRST_BYTES = 8 * 1024;

    private final ByteSource channel;
    private final int maxBytes;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private byte[] ring = new byte[0];

    @GuardedBy("lock")
    private int start;

    @GuardedBy("lock")
    private int count;

    /** Where a reader waits for bytes, which spares them the ring; null while none does. */
    @GuardedBy("lock")
    private @Nullable ByteBuffer waiting;

    @GuardedBy("lock")
    private boolean ended;

    @GuardedBy("lock")
    private boolean closed;

    /** The channel holds bytes that found no room here. */
    @GuardedBy("lock")
    private boolean more;

    @GuardedBy("lock")
    private boolean claimed;

    @GuardedBy("lock")
    private boolean dropping;

    @GuardedBy("lock")
    private long droppedBytes;

    /**
     * A stream of a channel's bytes.
     *
     * @param channel has no sink yet
     * @param maxBytes how much may wait here, at least 1
     */
    public ChannelInputStream(ByteSource channel, int maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("a buffer of " + maxBytes + " bytes; expected at least 1");
        }
        this.channel = channel;
        this.maxBytes = maxBytes;
        channel.deliverTo(new Sink());
    }

    /**
     * Somebody is going to read: from now on nothing is dropped.
     *
     * @return this
     */
    public ChannelInputStream claim() {
        synchronized (lock) {
            claimed = true;
        }
        return this;
    }

    /**
     * Nobody waits for a reader any more: from now on, unless somebody has claimed this stream, what finds no room is
     * dropped instead of stopping the connection. Whoever reads all the same finds what was kept, and then an exception.
     */
    public void dropUnlessClaimed() {
        boolean drain;
        synchronized (lock) {
            dropping = true;
            drain = more && !claimed;
        }
        if (drain) {
            channel.drain();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) {
            return 0;
        }
        int taken;
        boolean drain;
        ByteBuffer reader = ByteBuffer.wrap(to, offset, length);
        while (mustWait(reader, offset) && channel.readHere()) {
            // What that brought is here, or with another channel.
        }
        synchronized (lock) {
            taken = awaitBytes(reader, offset);
            if (taken == 0) {
                if (count == 0) {
                    return -1;
                }
                taken = Math.min(length, count);
                int tail = Math.min(taken, ring.length - start);
                System.arraycopy(ring, start, to, offset, tail);
                System.arraycopy(ring, 0, to, offset + tail, taken - tail);
                count -= taken;
                start = count == 0 ? 0 : (start + taken) % ring.length;
            }
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

    /** {@return whether a read would neither return nor throw; then what comes goes straight to it} */
    private boolean mustWait(ByteBuffer reader, int offset) {
        synchronized (lock) {
            boolean must = count == 0
                    && reader.position() == offset
                    && !ended
                    && !closed
                    && droppedBytes == 0
                    && !Thread.currentThread().isInterrupted();
            waiting = must ? reader : null;
            return must;
        }
    }

    /** {@return how many bytes came straight into the array; 0 if they wait in the ring, or none will come} */
    @GuardedBy("lock")
    private int awaitBytes(ByteBuffer reader, int offset) throws IOException {
        waiting = null;
        while (count == 0 && reader.position() == offset) {
            if (closed) {
                throw new IOException("the stream is closed");
            }
            if (droppedBytes > 0) {
                throw new IOException("at least " + droppedBytes
                        + " bytes were dropped here, since nobody had asked for this stream while the end was awaited; ask"
                        + " for it before");
            }
            if (ended) {
                break;
            }
            waiting = reader;
            try {
                lock.wait();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                if (reader.position() == offset) {
                    throw new InterruptedIOException("interrupted while waiting for bytes of the channel");
                }
            } finally {
                waiting = null;
            }
        }
        return reader.position() - offset;
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
            ring = new byte[0];
            lock.notifyAll();
        }
        channel.discard();
    }

    @GuardedBy("lock")
    private void makeRoom(int bytes) {
        if (ring.length - count >= bytes || ring.length == maxBytes) {
            return;
        }
        int wanted = Math.max(FIRST_BYTES, Math.max(2 * ring.length, count + bytes));
        byte[] larger = new byte[Math.min(maxBytes, wanted)];
        int tail = Math.min(count, ring.length - start);
        System.arraycopy(ring, start, larger, 0, tail);
        System.arraycopy(ring, 0, larger, tail, count - tail);
        ring = larger;
        start = 0;
    }

    private final class Sink implements ByteSink {
        @Override
        public void accept(ByteBuffer bytes) {
            synchronized (lock) {
                if (closed) {
                    bytes.position(bytes.limit());
                    return;
                }
                if (droppedBytes == 0) {
                    handOver(bytes);
                    keep(bytes);
                }
                if (droppedBytes > 0 || (dropping && !claimed)) {
                    droppedBytes += bytes.remaining();
                    bytes.position(bytes.limit());
                }
                more = bytes.hasRemaining();
                lock.notifyAll();
            }
        }

        @GuardedBy("lock")
        private void handOver(ByteBuffer bytes) {
            ByteBuffer reader = waiting;
            if (reader != null && count == 0) {
                int taken = Math.min(bytes.remaining(), reader.remaining());
                reader.put(reader.position(), bytes, bytes.position(), taken).position(reader.position() + taken);
                bytes.position(bytes.position() + taken);
            }
        }

        @GuardedBy("lock")
        private void keep(ByteBuffer bytes) {
            makeRoom(bytes.remaining());
            while (bytes.hasRemaining() && count < ring.length) {
                int end = (start + count) % ring.length;
                int room = Math.min(ring.length - count, ring.length - end);
                int taken = Math.min(room, bytes.remaining());
                bytes.get(ring, end, taken);
                count += taken;
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
