package io.wsstream.client.exec;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.stream.InboundChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * An output of the command as an {@link InputStream}, readable after the end too.
 *
 * <p>When it is full the connection stops reading, and with it the command. But once somebody waits for the result and
 * nobody has asked for this stream, the rest is dropped; whoever reads it after all finds what was kept, and then an
 * exception instead of an end.
 *
 * <p><b>Threads:</b> one reader; close from any. <b>Blocking:</b> reads, until bytes come, the output ends, or the stream
 * is closed. <b>Memory:</b> a ring that grows up to its bound.
 */
final class OutputBuffer extends InputStream implements Output {
    private static final int FIRST_BYTES = 8 * 1024;

    private final InboundChannel channel;
    private final int maxBytes;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private byte[] ring = new byte[0];

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

    @GuardedBy("lock")
    private boolean asked;

    @GuardedBy("lock")
    private boolean unattended;

    @GuardedBy("lock")
    private long droppedBytes;

    OutputBuffer(InboundChannel channel, int maxBytes) {
        this.channel = channel;
        this.maxBytes = maxBytes;
    }

    /** Somebody is going to read. */
    InputStream asked() {
        synchronized (lock) {
            asked = true;
        }
        return this;
    }

    @Override
    public void unattended() {
        boolean drain;
        synchronized (lock) {
            unattended = true;
            drain = more && !asked;
        }
        if (drain) {
            channel.drain();
        }
    }

    // ---------------------------------------------------------------- the reader's side

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
        while (count == 0) {
            if (closed) {
                throw new IOException("the stream is closed");
            }
            if (droppedBytes > 0) {
                throw new IOException("at least " + droppedBytes
                        + " bytes of output were dropped here, since nobody read this stream while the result was awaited;"
                        + " ask for the stream before");
            }
            if (ended) {
                return;
            }
            try {
                lock.wait();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for output of the command");
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
            ring = new byte[0];
            lock.notifyAll();
        }
        channel.discard();
    }

    // ---------------------------------------------------------------- the connection's side

    @Override
    public void accept(ByteBuffer bytes) {
        synchronized (lock) {
            if (closed || ended) {
                bytes.position(bytes.limit());
                return;
            }
            if (droppedBytes == 0) {
                makeRoom(bytes.remaining());
                while (bytes.hasRemaining() && count < ring.length) {
                    int end = (start + count) % ring.length;
                    int room = Math.min(ring.length - count, ring.length - end);
                    int taken = Math.min(room, bytes.remaining());
                    bytes.get(ring, end, taken);
                    count += taken;
                }
            }
            if (droppedBytes > 0 || (unattended && !asked)) {
                droppedBytes += bytes.remaining();
                bytes.position(bytes.limit());
            }
            more = bytes.hasRemaining();
            lock.notifyAll();
        }
    }

    @GuardedBy("lock")
    private void makeRoom(int bytes) {
        if (ring.length - count >= bytes || ring.length == maxBytes) {
            return;
        }
        int wanted = Math.max(FIRST_BYTES, Math.min(maxBytes, count + bytes));
        byte[] larger = new byte[Math.min(maxBytes, Math.max(wanted, 2 * ring.length))];
        int tail = Math.min(count, ring.length - start);
        System.arraycopy(ring, start, larger, 0, tail);
        System.arraycopy(ring, 0, larger, tail, count - tail);
        ring = larger;
        start = 0;
    }

    @Override
    public void end() {
        synchronized (lock) {
            ended = true;
            lock.notifyAll();
        }
    }
}
