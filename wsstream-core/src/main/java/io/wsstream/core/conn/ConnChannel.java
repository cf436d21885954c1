package io.wsstream.core.conn;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.stream.ByteSink;
import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.core.stream.InboundChannel;
import io.wsstream.core.stream.blocking.ChannelInputStream;
import io.wsstream.core.stream.blocking.ChannelOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One channel of a {@link Conn}: by streams that wait, or by calls that do not. What its {@link ChannelType} does not
 * carry reads as the end, and writes as nothing.
 *
 * <p><b>Threads:</b> any; one reader and one writer at a time. <b>Blocking:</b> {@link #input} and {@link #output} only.
 *
 * <p>Source: {@code websocketChannel} in {@code wsstream/conn.go}.
 */
public final class ConnChannel implements AutoCloseable {
    private final ChannelConnection connection;
    private final int number;
    private final ChannelType type;
    private final boolean sendsClose;
    private final @Nullable InboundChannel inbound;

    /** Protects the streams, which are made when they are asked for; only their constructors are called under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable InputStream input;

    @GuardedBy("lock")
    private @Nullable OutputStream output;

    ConnChannel(ChannelConnection connection, int number, ChannelType type, boolean sendsClose) {
        this.connection = connection;
        this.number = number;
        this.type = type;
        this.sendsClose = sendsClose;
        this.inbound = type.reads() ? connection.receive(number, Conn.QUEUE_BYTES) : null;
    }

    /** {@return its number on the wire} */
    public int number() {
        return number;
    }

    /** {@return what it is for} */
    public ChannelType type() {
        return type;
    }

    // ---------------------------------------------------------------- streams

    /**
     * What the peer sends. It ends with the channel, with the connection, and with {@link #close}; closing the stream drops
     * the rest.
     *
     * @return the stream, the same each time
     * @throws IllegalStateException if the channel delivers to a sink
     */
    public InputStream input() {
        synchronized (lock) {
            if (input == null) {
                input = inbound == null
                        ? InputStream.nullInputStream()
                        : new ChannelInputStream(inbound, Conn.QUEUE_BYTES);
            }
            return input;
        }
    }

    /**
     * What the peer gets. Each write is sent at once, in messages of at most {@value
     * io.wsstream.core.stream.blocking.ChannelOutputStream#MESSAGE_BYTES} bytes. Closing the stream leaves the connection
     * alone; a client on v5 tells the server that nothing more comes on this channel.
     *
     * @return the stream, the same each time
     */
    public OutputStream output() {
        synchronized (lock) {
            if (output == null) {
                output = type.writes()
                        ? new ChannelOutputStream(connection, this::send, this::endOutput)
                        : OutputStream.nullOutputStream();
            }
            return output;
        }
    }

    // ---------------------------------------------------------------- calls

    /**
     * Delivers what the peer sends to a sink, what has come so far first.
     *
     * @param sink told the end at once where the type reads nothing
     * @throws IllegalStateException if the channel has a sink or a stream already
     */
    public void deliverTo(ByteSink sink) {
        if (inbound == null) {
            sink.end();
        } else {
            inbound.deliverTo(sink);
        }
    }

    /** The sink can take more; to be called after it took less than all. */
    public void drain() {
        if (inbound != null) {
            inbound.drain();
        }
    }

    /**
     * Sends one message, also an empty one. After the end, and where the type writes nothing, it is dropped.
     *
     * @param payload position to limit; this connection's from now on, and it may change the bytes
     */
    public void send(ByteBuffer payload) {
        send(payload, 0, null);
    }

    /**
     * Sends one message, without a copy where there is room before it.
     *
     * @param payload position to limit; this connection's from now on, and it may change the bytes
     * @param headroom how many bytes before the position may be overwritten; {@link ChannelConnection#HEADROOM} spares every
     *     copy
     * @param released run once the buffer is needed no more, or null
     */
    public void send(ByteBuffer payload, int headroom, @Nullable Runnable released) {
        if (type.writes()) {
            connection.send(number, payload, headroom, released);
        } else if (released != null) {
            released.run();
        }
    }

    // ---------------------------------------------------------------- the end

    /**
     * Wants no more from the peer: the reader gets what came, and then the end; what comes later is dropped. Output still
     * goes. Later calls do nothing.
     */
    @Override
    public void close() {
        if (inbound != null) {
            inbound.end();
        }
    }

    private void endOutput() {
        if (sendsClose) {
            connection.sendClose(number);
        }
    }
}
