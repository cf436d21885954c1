package io.wsstream.server.tyrus;

import io.wsstream.server.ServerLimits;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.CloseType;
import org.glassfish.grizzly.Closeable;
import org.glassfish.grizzly.CompletionHandler;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.GenericCloseListener;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.asyncqueue.WritableMessage;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the HTTP codec: hands the bytes of upgraded connections to their links, all others on, and bounds how
 * many connections there are and how long one may take to say what it wants.
 *
 * <p><b>Threads:</b> selectors, and the timer for {@link #sweep}.
 */
final class ByteFilter extends BaseFilter {
    private static final Logger LOG = LoggerFactory.getLogger(ByteFilter.class);
    private static final long KEEP_ALIVE_NANOS = 60_000_000_000L;
    /** How long a peer whose connection we have ended may take to end it, too. */
    private static final long END_NANOS = 5_000_000_000L;

    private static final Attribute<GrizzlyLink> LINK =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(ByteFilter.class.getName() + ".link");
    private static final Attribute<Visit> VISIT =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(ByteFilter.class.getName() + ".visit");

    /** A connection that is not upgraded, or not any more. */
    private static final class Visit {
        final Connection<?> connection;
        volatile long deadlineNanos;
        volatile boolean ended;

        Visit(Connection<?> connection, long deadlineNanos) {
            this.connection = connection;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final ServerLimits limits;
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<Visit> visits = ConcurrentHashMap.newKeySet();

    ByteFilter(ServerLimits limits) {
        this.limits = limits;
    }

    @Override
    public NextAction handleAccept(FilterChainContext context) {
        Connection<?> connection = context.getConnection();
        if (connections.incrementAndGet() > limits.maxConnections()) {
            connections.decrementAndGet();
            LOG.warn(
                    "refused a connection from {}: {} are open already",
                    connection.getPeerAddress(),
                    limits.maxConnections());
            connection.terminateSilently();
            return context.getStopAction();
        }
        visit(connection, limits.handshakeTimeout().toNanos());
        whenClosed(connection, connections::decrementAndGet);
        return context.getInvokeAction();
    }

    @Override
    public NextAction handleRead(FilterChainContext context) {
        GrizzlyLink link = LINK.get(context.getConnection());
        if (link != null) {
            return link.deliver(context, context.getMessage());
        }
        Visit visit = VISIT.get(context.getConnection());
        if (visit != null && visit.ended) {
            context.<Buffer>getMessage().tryDispose();
            return context.getStopAction();
        }
        return context.getInvokeAction();
    }

    /** From now on the bytes of this connection go to the link. */
    void upgrade(Connection<?> connection, GrizzlyLink link) {
        Visit visit = VISIT.remove(connection);
        if (visit != null) {
            visits.remove(visit);
        }
        LINK.set(connection, link);
    }

    /** Runs an action once the connection is closed, by whichever side; at once if it is already. */
    @SuppressWarnings("deprecation") // Grizzly 4 offers no close listener that is not
    static void whenClosed(Connection<?> connection, Runnable action) {
        GenericCloseListener listener = new GenericCloseListener() {
            @Override
            public void onClosed(Closeable closeable, CloseType type) {
                action.run();
            }
        };
        connection.addCloseListener(listener);
    }

    /** A request was answered; the connection may stay for the next one. */
    void answered(Connection<?> connection) {
        visit(connection, KEEP_ALIVE_NANOS);
    }

    /**
     * Ends a connection once all that was written is out: says so to the peer, drops what still comes, and closes when the
     * peer has ended too, or after a bound. Closed at once, with bytes of the peer's unread, it would be reset, and the
     * peer could lose what was sent last.
     */
    void end(NIOConnection connection) {
        Visit visit = VISIT.get(connection);
        if (visit != null) {
            visit.ended = true;
        }
        CompletionHandler<WriteResult<WritableMessage, SocketAddress>> allOut = new EmptyCompletionHandler<>() {
            @Override
            public void completed(WriteResult<WritableMessage, SocketAddress> result) {
                try {
                    ((SocketChannel) connection.getChannel()).shutdownOutput();
                    visit(connection, END_NANOS);
                } catch (IOException gone) {
                    connection.terminateSilently();
                }
            }
        };
        GrizzlyLink.queue(connection).write(connection, Buffers.EMPTY_BUFFER, allOut);
    }

    /** From now on the connection has so long. */
    private void visit(Connection<?> connection, long nanos) {
        Visit known = VISIT.get(connection);
        if (known != null) {
            known.deadlineNanos = System.nanoTime() + nanos;
            return;
        }
        Visit visit = new Visit(connection, System.nanoTime() + nanos);
        VISIT.set(connection, visit);
        visits.add(visit);
        whenClosed(connection, () -> visits.remove(visit));
    }

    /** Closes connections that have not said what they want in time. */
    void sweep(long nowNanos) {
        for (Visit visit : visits) {
            if (nowNanos - visit.deadlineNanos > 0) {
                visit.connection.terminateSilently(); // and its close listener takes it from the list
            }
        }
    }
}
