package io.wsstream.core.conn;

import io.wsstream.core.WsStreamException;
import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.core.stream.OutputGate;
import io.wsstream.core.stream.blocking.ChannelOutputStream;
import io.wsstream.core.transport.Transport;
import io.wsstream.core.websocket.CloseCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream of bytes to the peer, without channels: how Kubernetes serves logs over a WebSocket.
 *
 * <pre>
 *  [empty message, if asked for]  chunk  chunk  ...  Close 1000
 *                                                    Close 1011 where the source failed
 * </pre>
 *
 * <p>What the peer sends is dropped. Go closes with 1000 where the source failed too, so that its peer takes half a log for
 * a whole one.
 *
 * <p><b>Threads:</b> one sends; the rest from any. <b>Blocking:</b> {@link #copy} only. <b>Memory:</b> a chunk, and the
 * transport's queue.
 *
 * <p>Source: {@code wsstream/stream.go}; PROTOCOL.md 9.
 */
public final class Reader implements OutputGate, AutoCloseable {
    /** How much Kubernetes puts into one message, before encoding. */
    public static final int CHUNK_BYTES = 2048;

    private final Transport transport;
    private final String subprotocol;
    private final boolean binary;
    private final List<Runnable> outputListeners = new CopyOnWriteArrayList<>();
    private final EndSignal end = new EndSignal();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A connection after the 101; {@link #start} opens it.
     *
     * @param transport carries the messages; not started yet
     * @param subprotocol the name that was agreed; empty for none
     * @param config what it stands for
     */
    public Reader(Transport transport, String subprotocol, ReaderProtocolConfig config) {
        this.transport = transport;
        this.subprotocol = subprotocol;
        this.binary = config.binary();
    }

    /**
     * Opens the stream.
     *
     * @param ping whether an empty message comes first, which tells a peer that waits for data that it is connected
     */
    public void start(boolean ping) {
        if (ping) {
            transport.send(!binary, ByteBuffer.allocate(0), 0, null);
        }
        transport.start(new IgnoreReceives(this::outputChanged, failure -> {
            end.end(failure);
            outputChanged();
        }));
    }

    /** {@return the subprotocol that was agreed; empty for none} */
    public String subprotocol() {
        return subprotocol;
    }

    /**
     * Ends the connection once no message has passed for so long, either way. Control frames do not count.
     *
     * @param bound from now on; zero for no bound
     */
    public void setIdleTimeout(Duration bound) {
        transport.setIdleTimeout(bound);
    }

    /**
     * Adds someone to be told of the end of the connection, at once if it has ended: to close a source that has nothing to
     * say.
     *
     * @param action given why it ended, or null after a Close of either side; must not block
     */
    public void onEnd(Consumer<@Nullable WsStreamException> action) {
        end.whenEnded(action);
    }

    /**
     * Sends a source to its end, in chunks of {@value #CHUNK_BYTES} bytes, and closes.
     *
     * @param source its reads become messages; not closed
     * @throws IOException if the source failed, or the connection ended before it
     */
    public void copy(InputStream source) throws IOException {
        copy(source, CHUNK_BYTES);
    }

    /**
     * Sends a source to its end, and closes.
     *
     * @param source its reads become messages; not closed
     * @param chunkBytes how much goes into one message at most, before encoding; 1 to {@value
     *     io.wsstream.core.stream.blocking.ChannelOutputStream#MESSAGE_BYTES}
     * @throws IOException if the source failed, or the connection ended before it
     */
    public void copy(InputStream source, int chunkBytes) throws IOException {
        if (chunkBytes < 1 || chunkBytes > ChannelOutputStream.MESSAGE_BYTES) {
            throw new IllegalArgumentException(
                    "chunks of " + chunkBytes + " bytes; expected 1 to " + ChannelOutputStream.MESSAGE_BYTES);
        }
        OutputStream out = new ChannelOutputStream(this, this::send, () -> {});
        byte[] chunk = new byte[chunkBytes];
        boolean whole = false;
        try {
            for (int count = source.read(chunk); count >= 0; count = source.read(chunk)) {
                out.write(chunk, 0, count);
            }
            whole = true;
        } finally {
            if (whole) {
                close();
            } else {
                close(CloseCode.INTERNAL_ERROR, "the source of this stream failed");
            }
        }
    }

    /**
     * Sends one chunk as one message. After the end it is dropped.
     *
     * @param chunk position to limit, at least one byte; this connection's from now on, and it may change the bytes
     * @param headroom how many bytes before the position may be overwritten; {@link ChannelConnection#HEADROOM} spares every
     *     copy
     */
    public void send(ByteBuffer chunk, int headroom) {
        send(chunk, headroom, null);
    }

    private void send(ByteBuffer chunk, int headroom, @Nullable Runnable released) {
        if (binary) {
            transport.send(false, chunk, headroom, released);
        } else {
            transport.send(true, Base64.getEncoder().encode(chunk), 0, released);
        }
    }

    @Override
    public boolean isWritable() {
        return transport.isWritable();
    }

    @Override
    public boolean isOutputEnded() {
        return closed.get() || end.isEnded();
    }

    @Override
    public void onOutputChange(Runnable listener) {
        outputListeners.add(listener);
    }

    private void outputChanged() {
        outputListeners.forEach(Runnable::run);
    }

    /** Closes with 1000, after all that was sent: the stream is complete. Later calls do nothing. */
    @Override
    public void close() {
        close(CloseCode.NORMAL, "");
    }

    /**
     * Closes for another reason. Later calls do nothing.
     *
     * @param code why, such as {@link CloseCode#INTERNAL_ERROR}
     * @param reason for a person, possibly empty
     */
    public void close(int code, String reason) {
        // The first to come gives the reason: a copy that the next line frees closes too, because it could not finish.
        if (closed.compareAndSet(false, true)) {
            outputChanged();
            transport.close(code, reason);
        }
    }
}
