package io.wsstream.core.conn;

import io.wsstream.core.ChannelProtocol;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.core.transport.Transport;
import io.wsstream.core.websocket.CloseCode;
import io.wsstream.core.websocket.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Any number of channels over one WebSocket, each a pair of streams or of calls: what Kubernetes' {@code wsstream.Conn} is
 * to a Go program.
 *
 * <p>What comes for a channel waits in a bounded queue until it is read; while one is full the connection is not read, and
 * the other channels wait with it. Close, the peer's or ours, and a lost connection end all that is read.
 *
 * <p><b>Threads:</b> any; each channel has one reader and one writer at a time. <b>Blocking:</b> the streams only.
 * <b>Memory:</b> {@value #QUEUE_BYTES} bytes for each channel that is read, and as much for its stream.
 *
 * <p>Source: {@code wsstream/conn.go}; PROTOCOL.md 5, 6.2.
 */
public final class Conn implements AutoCloseable {
    /** How much of each channel may wait for its reader. */
    static final int QUEUE_BYTES = 64 * 1024;

    private final Transport transport;
    private final String subprotocol;
    private final ChannelConnection connection;
    private final List<ConnChannel> channels;
    private final EndSignal end = new EndSignal();

    /**
     * A connection after the 101; {@link #start} opens it.
     *
     * @param transport carries the messages; not started yet
     * @param role which side this is
     * @param subprotocol the name that was agreed; empty for none
     * @param config what it stands for
     */
    public Conn(Transport transport, Role role, String subprotocol, ChannelProtocolConfig config) {
        ChannelProtocol protocol = config.under(subprotocol);
        this.transport = transport;
        this.subprotocol = subprotocol;
        this.connection = new ChannelConnection(
                transport, protocol, role, config.channels().size());
        List<ConnChannel> made = new ArrayList<>();
        for (ChannelType type : config.channels()) {
            made.add(new ConnChannel(connection, made.size(), type, protocol.hasClose() && role == Role.CLIENT));
        }
        this.channels = List.copyOf(made);
    }

    /** Begins to deliver what comes. */
    public void start() {
        connection.start(new Incoming());
    }

    /** {@return the subprotocol that was agreed; empty for none} */
    public String subprotocol() {
        return subprotocol;
    }

    /** {@return the channels, by their numbers} */
    public List<ConnChannel> channels() {
        return channels;
    }

    /**
     * One channel.
     *
     * @param number its number
     * @return the channel
     * @throws IndexOutOfBoundsException if there is none
     */
    public ConnChannel channel(int number) {
        return channels.get(number);
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
     * Gives the peer up once it has taken nothing of what waits for it for so long.
     *
     * @param bound from now on; zero for no bound
     */
    public void setWriteTimeout(Duration bound) {
        transport.setWriteTimeout(bound);
    }

    /** {@return whether there is room for output; when not, {@link #onOutputChange} tells when there is again} */
    public boolean isWritable() {
        return connection.isWritable();
    }

    /** {@return whether nothing can be sent any more} */
    public boolean isOutputEnded() {
        return connection.isOutputEnded();
    }

    /**
     * Adds someone to be told that there is room for output again, or that there will be no output any more.
     *
     * @param listener called on the transport's threads; must not block
     */
    public void onOutputChange(Runnable listener) {
        connection.onOutputChange(listener);
    }

    /**
     * Adds someone to be told of the end of the connection, at once if it has ended.
     *
     * @param action given why it ended, or null after a Close of either side; must not block
     */
    public void onEnd(Consumer<@Nullable WsStreamException> action) {
        end.whenEnded(action);
    }

    /** {@return whether the connection is over} */
    public boolean isEnded() {
        return end.isEnded();
    }

    /** Closes with 1000, after all that was sent; readers get what came, and then the end. Later calls do nothing. */
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
        connection.close(code, reason);
        channels.forEach(ConnChannel::close);
    }

    private final class Incoming implements ChannelConnection.Listener {
        @Override
        public void onPeerClose(int code, String reason) {
            // The channels have ended; that is how a reader hears of it.
        }

        @Override
        public void onEnd(@Nullable WsStreamException failure) {
            end.end(failure);
        }
    }
}
