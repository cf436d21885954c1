package io.wsstream.server;

import io.wsstream.core.WsStreamException;
import io.wsstream.core.conn.ChannelProtocolConfig;
import io.wsstream.core.conn.Conn;
import io.wsstream.core.conn.Reader;
import io.wsstream.core.conn.ReaderProtocolConfig;
import io.wsstream.core.transport.Transport;
import io.wsstream.core.websocket.Role;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket of the program's own beside exec: channels as Kubernetes' {@code wsstream.Conn} has them, or one stream as its
 * {@code Reader}. Callers are checked as for exec: Host and Origin, token, the {@link Authorizer} (to {@code get} the path),
 * the handshake, the number of sessions.
 *
 * <pre>{@code
 * WsStreamServer.builder().endpoint("/upper", WebSocketEndpoint.channels(
 *         ChannelProtocolConfig.defaults(List.of(ChannelType.READ, ChannelType.WRITE)),
 *         (request, conn) -> conn.channel(0).input().transferTo(conn.channel(1).output())));
 * }</pre>
 *
 * <p>Source: {@code wsstream/conn.go}, {@code stream.go}; GO-PARITY.md.
 */
public final class WebSocketEndpoint {
    /** Serves a connection with channels. */
    @FunctionalInterface
    public interface ChannelsHandler {
        /**
         * Serves one connection.
         *
         * @param request who asks, and for what
         * @param conn open
         * @throws Exception closes with 1011, unless the connection is over anyhow
         */
        void serve(EndpointRequest request, Conn conn) throws Exception;
    }

    /** Serves a connection that is one stream. */
    @FunctionalInterface
    public interface ReaderHandler {
        /**
         * Serves one connection.
         *
         * @param request who asks, and for what
         * @param reader open
         * @throws Exception closes with 1011, unless the connection is over anyhow
         */
        void serve(EndpointRequest request, Reader reader) throws Exception;
    }

    /** One connection of an endpoint, whatever it carries. */
    record Connection(Runnable start, Serving serving, Closing closing, Ending ending) {
        interface Serving {
            void serve() throws Exception;
        }

        interface Closing {
            void close(int code, String reason);
        }

        interface Ending {
            void onEnd(Consumer<@Nullable WsStreamException> action);
        }
    }

    private interface Opener {
        Connection open(EndpointRequest request, Transport transport);
    }

    private final Set<String> subprotocols;
    private final boolean blocking;
    private final Opener opener;

    private WebSocketEndpoint(Set<String> subprotocols, boolean blocking, Opener opener) {
        if (subprotocols.isEmpty()) {
            throw new IllegalArgumentException("no subprotocol; expected at least one, such as those of defaults()");
        }
        this.subprotocols = Set.copyOf(subprotocols);
        this.blocking = blocking;
        this.opener = opener;
    }

    /**
     * Channels, served on a thread of their own: when the handler returns, the connection is closed with 1000.
     *
     * @param protocols subprotocol name to its channels, such as {@link ChannelProtocolConfig#defaults}
     * @param handler may block
     * @return the endpoint
     */
    public static WebSocketEndpoint channels(Map<String, ChannelProtocolConfig> protocols, ChannelsHandler handler) {
        return channels(Map.copyOf(protocols), true, handler);
    }

    /**
     * Channels without a thread: the handler says where what comes goes to ({@link
     * io.wsstream.core.conn.ConnChannel#deliverTo}), returns, and closes the connection later.
     *
     * @param protocols subprotocol name to its channels, such as {@link ChannelProtocolConfig#defaults}
     * @param handler called on an I/O thread; must not block
     * @return the endpoint
     */
    public static WebSocketEndpoint asynchronousChannels(
            Map<String, ChannelProtocolConfig> protocols, ChannelsHandler handler) {
        return channels(Map.copyOf(protocols), false, handler);
    }

    private static WebSocketEndpoint channels(
            Map<String, ChannelProtocolConfig> protocols, boolean blocking, ChannelsHandler handler) {
        return new WebSocketEndpoint(protocols.keySet(), blocking, (request, transport) -> {
            ChannelProtocolConfig config = Objects.requireNonNull(protocols.get(request.subprotocol()));
            Conn conn = new Conn(transport, Role.SERVER, request.subprotocol(), config);
            return new Connection(conn::start, () -> handler.serve(request, conn), conn::close, conn::onEnd);
        });
    }

    /**
     * One stream to the client, such as a log, served on a thread of its own: {@link Reader#copy} sends it and closes.
     *
     * @param protocols subprotocol name to its encoding, such as {@link ReaderProtocolConfig#defaults}
     * @param ping whether an empty message comes first, as with Kubernetes' logs
     * @param handler may block
     * @return the endpoint
     */
    public static WebSocketEndpoint reader(
            Map<String, ReaderProtocolConfig> protocols, boolean ping, ReaderHandler handler) {
        Map<String, ReaderProtocolConfig> served = Map.copyOf(protocols);
        return new WebSocketEndpoint(served.keySet(), true, (request, transport) -> {
            ReaderProtocolConfig config = Objects.requireNonNull(served.get(request.subprotocol()));
            Reader reader = new Reader(transport, request.subprotocol(), config);
            return new Connection(
                    () -> reader.start(ping), () -> handler.serve(request, reader), reader::close, reader::onEnd);
        });
    }

    /** {@return the names that clients may agree on; the empty one is for those that offer none} */
    public Set<String> subprotocols() {
        return subprotocols;
    }

    boolean isBlocking() {
        return blocking;
    }

    Connection open(EndpointRequest request, Transport transport) {
        return opener.open(request, transport);
    }
}
