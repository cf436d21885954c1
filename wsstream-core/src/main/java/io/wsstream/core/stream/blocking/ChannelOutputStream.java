package io.wsstream.core.stream.blocking;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.core.stream.OutputGate;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * A channel as an {@link OutputStream}: each write is sent at once, in messages of at most {@value #MESSAGE_BYTES}
 * bytes; a write of nothing sends nothing.
 *
 * <p><b>Threads:</b> one writer; close from any. <b>Blocking:</b> writes, while the connection's output queue is full;
 * the end of the connection, or {@link #close}, frees them.
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
         * @param payload position to limit; the sender's from now on
         * @param headroom how many bytes before the position may be overwritten
         */
        void send(ByteBuffer payload, int headroom);
    }

    private final OutputGate gate;
    private final Sender sender;
    private final Runnable onClose;
    private final Object lock = new Object();

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
            ByteBuffer message = ChannelConnection.room(taken);
            message.put(from, offset + done, taken).flip().position(ChannelConnection.HEADROOM);
            send(message);
            done += taken;
        }
    }

    private void send(ByteBuffer message) throws IOException {
        try {
            sender.send(message, ChannelConnection.HEADROOM);
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
