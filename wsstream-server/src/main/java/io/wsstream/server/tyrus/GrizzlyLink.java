package io.wsstream.server.tyrus;

import io.wsstream.core.transport.ByteLink;
import io.wsstream.core.websocket.WebSocketTransport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.CompletionHandler;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.asyncqueue.AsyncQueueWriter;
import org.glassfish.grizzly.asyncqueue.WritableMessage;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.memory.ByteBufferArray;
import org.glassfish.grizzly.memory.ByteBufferWrapper;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.NIOTransport;
import org.jspecify.annotations.Nullable;

/**
 * An upgraded Grizzly connection as the bytes under a WebSocket.
 *
 * <p>Without TLS, writes go straight to Grizzly's write queue, past the filters, which have nothing to do for them.
 *
 * <p><b>Threads:</b> {@link #deliver} on the connection's selector, all else on any. <b>Blocking:</b> none.
 * <b>Memory:</b> none of its own; the queue is bounded by {@link WebSocketTransport}.
 */
final class GrizzlyLink implements ByteLink {
    /** RFC 8446 section 5.1; the JDK fills its records. */
    private static final int TLS_RECORD_BYTES = 1 << 14;

    private final NIOConnection connection;
    private final ByteFilter connections;
    private final @Nullable AsyncQueueWriter<SocketAddress> direct;
    private volatile @Nullable WebSocketTransport transport;
    private volatile boolean paused = true;

    /** The read that waits for {@link #resumeReads}. */
    private final AtomicReference<@Nullable FilterChainContext> parked = new AtomicReference<>();

    GrizzlyLink(NIOConnection connection, boolean secure, ByteFilter connections) {
        this.connection = connection;
        this.connections = connections;
        this.direct = secure ? null : queue(connection);
    }

    /** {@return what writes a connection's bytes to its socket, below all filters} */
    @SuppressWarnings("unchecked") // Grizzly declares the raw type
    static AsyncQueueWriter<SocketAddress> queue(NIOConnection connection) {
        return (AsyncQueueWriter<SocketAddress>)
                ((NIOTransport) connection.getTransport()).getAsyncQueueIO().getWriter();
    }

    void bind(WebSocketTransport newTransport) {
        transport = newTransport;
    }

    NIOConnection connection() {
        return connection;
    }

    /** Takes what was read; returns what Grizzly is to do next. */
    NextAction deliver(FilterChainContext context, Buffer in) {
        give(in);
        in.tryDispose();
        return paused ? park(context) : context.getStopAction();
    }

    /** Takes bytes that came with the upgrade request, or with any read. */
    void give(Buffer in) {
        WebSocketTransport to = transport;
        if (to == null || !in.hasRemaining()) {
            return;
        }
        if (in.isComposite()) {
            ByteBufferArray parts = in.toByteBufferArray();
            ByteBuffer[] buffers = parts.getArray();
            for (int i = 0; i < parts.size(); i++) {
                to.receive(buffers[i]);
            }
            parts.restore();
            parts.recycle();
        } else {
            to.receive(in.toByteBuffer());
        }
    }

    /** Suspends this read; nobody reads the connection until it is resumed. */
    NextAction park(FilterChainContext context) {
        NextAction suspend = context.getSuspendAction();
        context.suspend();
        parked.set(context);
        if (!paused) {
            wake(); // Resumed before it was parked.
        }
        return suspend;
    }

    boolean isPaused() {
        return paused;
    }

    @Override
    public int recordBytes() {
        return direct == null ? TLS_RECORD_BYTES : 0;
    }

    @Override
    public void pauseReads() {
        paused = true;
    }

    @Override
    public void resumeReads() {
        paused = false;
        if (parked.get() != null) {
            wake();
        }
    }

    private void wake() {
        NIOTransport nio = (NIOTransport) connection.getTransport();
        nio.getSelectorHandler()
                .enque(
                        connection.getSelectorRunner(),
                        () -> {
                            FilterChainContext context = parked.getAndSet(null);
                            if (context != null) {
                                context.resume(context.getStopAction());
                            }
                            return true;
                        },
                        null);
    }

    @Override
    @SuppressWarnings("unchecked") // Grizzly declares the raw type
    public void write(Outbound outbound) {
        Buffer buffer = new ByteBufferWrapper(outbound.bytes());
        Sent sent = new Sent(outbound);
        if (direct != null) {
            direct.write(connection, buffer, sent);
        } else {
            connection.write(buffer, sent);
        }
    }

    @Override
    public void close() {
        resumeReads(); // the peer's end is among what is read
        connections.end(connection);
    }

    @Override
    public void abort() {
        connection.terminateSilently();
    }

    /** Tells the transport that Grizzly is done with a buffer. */
    private record Sent(Outbound outbound) implements CompletionHandler<WriteResult<WritableMessage, SocketAddress>> {
        @Override
        public void completed(WriteResult<WritableMessage, SocketAddress> result) {
            outbound.onSent(null);
        }

        @Override
        public void failed(Throwable failure) {
            outbound.onSent(failure);
        }

        @Override
        public void cancelled() {
            outbound.onSent(new IOException("the write was cancelled"));
        }

        @Override
        public void updated(WriteResult<WritableMessage, SocketAddress> result) {}
    }
}
