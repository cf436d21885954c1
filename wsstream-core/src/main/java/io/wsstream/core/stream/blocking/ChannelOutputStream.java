package io.wsstream.core.stream.blocking;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.core.stream.OutputGate;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A channel as an {@link OutputStream}: each write is sent at once, in messages of at most {@value #MESSAGE_BYTES}
 * bytes; a write of nothing sends nothing.
 *
 * <p><b>Threads:</b> one writer; close from any. <b>Blocking:</b> writes, while the connection's output queue is full;
 * the end of the connection, or {@link #close}, frees them. <b>Memory:</b> the buffer of one message, kept for the next.
 */
public final class ChannelOutputStream extends OutputStream {
    /** The largest payload of one message: what client-go sends. */
    public static final int MESSAGE_BYTES = 32 * 1024;

    /** Sends one message. */
    @FunctionalInterface
    public interface Sender {
        /**
         * Sends bytes.
         *
         * @param payload position to limit; the sender's until it is released
         * @param headroom how many bytes before the position may be overwritten
         * @param released run once the buffer is needed no more
         */
        void send(ByteBuffer payload, int headroom, Runnable released);
    }

    private final OutputGate gate;
    private final Sender sender;
    private final Runnable onClose;
    private final Object lock = new Object();
    /** The buffer of a message that was sent, for the next one. */
    private final AtomicReference<@Nullable ByteBuffer> spare = new AtomicReference<>();

    @GuardedBy("lock")
    private boolean closed;

    /**
     * A stream into a channel.
     *
     * @param gate says whether there is room
     * @param sender sends one message
     * @param onClose run once, on the first close
     */
    public ChannelOutputStream(OutputGate gate, Sender sender, Runnable onClose) {
        this.gate = gate;
        this.sender = sender;
        this.onClose = onClose;
        gate.onOutputChange(() -> {
            synchronized (lock) {
                lock.notifyAll();
            }
        });
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        java.util.Objects.checkFromIndexSize(offset, length, from.length);
        int done = 0;
        while (done < length) {
            awaitRoom();
            int taken = Math.min(Math.min(MESSAGE_BYTES, gate.messageBytes()), length - done);
            ByteBuffer message = room(taken);
            message.put(from, offset + done, taken).flip().position(ChannelConnection.HEADROOM);
            send(message);
            done += taken;
        }
    }

    private ByteBuffer room(int bytes) {
        ByteBuffer last = spare.getAndSet(null);
        return last != null && last.capacity() >= ChannelConnection.HEADROOM + bytes + ChannelConnection.TAILROOM
                ? last.clear().position(ChannelConnection.HEADROOM)
                : ChannelConnection.room(bytes);
    }

    private void send(ByteBuffer message) throws IOException {
        try {
            sender.send(message, ChannelConnection.HEADROOM, () -> spare.set(message));
        } catch (IllegalStateException late) {
            synchronized (lock) {
                if (closed) {
                    throw new IOException("the stream is closed", late);
                }
            }
            throw late;
        }
    }

    private void awaitRoom() throws IOException {
        synchronized (lock) {
            while (true) {
                if (closed) {
                    throw new IOException("the stream is closed");
                }
                if (gate.isOutputEnded()) {
                    throw new ConnectionLostException("the session has ended; nothing more can be sent", null);
                }
                if (gate.isWritable()) {
                    return;
                }
                try {
                    lock.wait();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while the connection was full");
                }
            }
        }
    }

    /** Ends the stream; for stdin this is the half-close. Frees a waiting writer. */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            lock.notifyAll();
        }
        onClose.run();
    }
}
