package io.wsstream.core.stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.ChannelProtocol;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.channel.ChannelDecoder;
import io.wsstream.core.transport.Transport;
import io.wsstream.core.websocket.Role;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Many channels over one transport: Kubernetes' {@code wsstream.Conn}, for either side.
 *
 * <p><b>Threads:</b> any; calls on the listener come on the transport's threads. <b>Blocking:</b> see {@link Transport}.
 * <b>Memory:</b> the bound of each channel, and the transport's queue, which callers of {@link #send} heed by {@link
 * #isWritable}.
 *
 * <p>Source: {@code wsstream/conn.go}; PROTOCOL.md 5, 6.
 */
public final class ChannelConnection implements OutputGate {
    /** Room before a payload that spares every copy: the longest frame header, and the channel. */
    public static final int HEADROOM = 16;

    /** Room behind a payload, between limit and capacity, that spares every copy: an empty control frame. */
    public static final int TAILROOM = 2;

    /** What a connection tells. */
    public interface Listener {
        /** The first message came: the peer is ready. Once, and before anything else of that message. */
        default void onFirstMessage() {}

        /**
         * A message was dropped because this session has no use for it.
         *
         * @param why one phrase for a log
         * @param bytes how long it was
         */
        default void onIgnored(String why, int bytes) {}

        /**
         * The peer half-closed a channel.
         *
         * @param channel its number
         */
        default void onChannelClose(int channel) {}

        /**
         * The peer sent its Close.
         *
         * @param code its code; 1005 when it gave none
         * @param reason its reason, possibly empty
         */
        void onPeerClose(int code, String reason);

        /**
         * The end; once, and the last call.
         *
         * @param failure why, or null after a Close of either side
         */
        void onEnd(@Nullable WsStreamException failure);
    }

    private final Transport transport;
    private final ChannelProtocol subprotocol;
    private final Role role;
    private final ReadGate gate;
    private final @Nullable InboundChannel[] inbound;
    private final boolean[] aliased;
    private final List<Runnable> outputListeners = new CopyOnWriteArrayList<>();

    /** Protects the state; nothing is called under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private SessionState state = SessionState.CONNECTING;

    private volatile boolean outputEnded;

    /**
     * A connection after the 101.
     *
     * @param transport carries the messages; not started yet
     * @param subprotocol what was agreed
     * @param role which side this is
     * @param channels how many channels there are
     * @throws IllegalArgumentException if there are more than the codec has numbers for
     */
    public ChannelConnection(Transport transport, ChannelProtocol subprotocol, Role role, int channels) {
        int most = subprotocol.codec().maxChannels();
        if (channels < 0 || channels > most) {
            throw new IllegalArgumentException(channels + " channels on '" + subprotocol.wireName()
                    + "'; expected 0 to " + most + ", which is what " + subprotocol.codec() + " has numbers for");
        }
        this.transport = transport;
        this.subprotocol = subprotocol;
        this.role = role;
        this.gate = new ReadGate(transport);
        this.inbound = new InboundChannel[channels];
        this.aliased = new boolean[channels];
    }

    /**
     * Makes a channel readable. Channels that nobody makes readable drop what comes. Before {@link #start} only.
     *
     * @param channel its number
     * @param limitBytes how much may wait for its sink
     * @return the channel
     */
    public InboundChannel receive(int channel, int limitBytes) {
        InboundChannel made = new InboundChannel(limitBytes, gate);
        inbound[channel] = made;
        return made;
    }

    /**
     * Delivers what comes on one channel to another; a CLOSE of it is not one of the other. Before {@link #start} only.
     *
     * @param channel the number that is an alias
     * @param target where its bytes go
     */
    void alias(int channel, InboundChannel target) {
        inbound[channel] = target;
        aliased[channel] = true;
    }

    /**
     * Begins to deliver.
     *
     * @param listener who is told
     */
    public void start(Listener listener) {
        move(SessionState.Event.OPENED);
        transport.start(new Incoming(listener));
    }

    /** {@return where the session stands} */
    public SessionState state() {
        synchronized (lock) {
            return state;
        }
    }

    @Override
    public boolean isWritable() {
        return transport.isWritable();
    }

    @Override
    public boolean isOutputEnded() {
        return outputEnded;
    }

    @Override
    public void onOutputChange(Runnable listener) {
        outputListeners.add(listener);
    }

    @Override
    public int messageBytes() {
        int payload = transport.messageBytes() - 1; // the channel's
        return subprotocol.codec() == Subprotocol.Codec.BASE64 ? payload / 4 * 3 : payload;
    }

    /**
     * Makes a buffer for a payload, with the room around it that spares every copy.
     *
     * @param payloadBytes how much is to be put
     * @return at its first byte; to be flipped, and positioned there again
     */
    public static ByteBuffer room(int payloadBytes) {
        return ByteBuffer.allocate(HEADROOM + payloadBytes + TAILROOM).position(HEADROOM);
    }

    /**
     * Sends bytes on a channel, as one message. After the end they are dropped.
     *
     * @param channel its number
     * @param payload position to limit; this connection's from now on, and it may change the bytes
     * @param headroom how many bytes before the position may be overwritten, and if any, those behind the limit as well;
     *     {@link #HEADROOM} and {@link #TAILROOM} spare every copy
     * @param released run once the buffer is needed no more, or null
     */
    public void send(int channel, ByteBuffer payload, int headroom, @Nullable Runnable released) {
        if (subprotocol.codec() == Subprotocol.Codec.BASE64) {
            sendText(channel, payload, released);
        } else if (headroom >= 1) {
            int start = payload.position() - 1;
            payload.put(start, (byte) channel).position(start);
            transport.send(false, payload, headroom - 1, released);
        } else {
            ByteBuffer copy = room(payload.remaining());
            copy.put(payload).flip().position(HEADROOM);
            if (released != null) {
                released.run();
            }
            send(channel, copy, HEADROOM, null);
        }
    }

    private void sendText(int channel, ByteBuffer payload, @Nullable Runnable released) {
        ByteBuffer encoded = Base64.getEncoder().encode(payload);
        if (released != null) {
            released.run();
        }
        ByteBuffer message = room(1 + encoded.remaining());
        message.put((byte) ('0' + channel)).put(encoded).flip().position(HEADROOM);
        transport.send(true, message, HEADROOM, null);
    }

    /**
     * Half-closes a channel of ours: we send no more on it (v5 clients only).
     *
     * @param channel its number
     * @throws IllegalStateException if the subprotocol has no CLOSE
     */
    public void sendClose(int channel) {
        if (!subprotocol.hasClose() || role != Role.CLIENT) {
            throw new IllegalStateException("CLOSE of a channel on '" + subprotocol.wireName()
                    + "'; only a client on v5.channel.k8s.io can half-close");
        }
        ByteBuffer message = room(2);
        message.put((byte) ChannelDecoder.CLOSE).put((byte) channel).flip().position(HEADROOM);
        transport.send(false, message, HEADROOM, null);
    }

    /**
     * The status was sent, or received.
     *
     * @return whether this was the first time, and in time
     */
    boolean markStatus() {
        synchronized (lock) {
            if (state != SessionState.OPEN) {
                return false;
            }
            state = state.after(SessionState.Event.STATUS);
            return true;
        }
    }

    /**
     * Closes the connection in the proper way, after all that was sent.
     *
     * @param code why; 1000 only after the status
     * @param reason for a person, possibly empty
     */
    public void close(int code, String reason) {
        synchronized (lock) {
            if (state != SessionState.OPEN && state != SessionState.STATUS) {
                return;
            }
            state = state.after(SessionState.Event.CLOSE);
        }
        endOutput();
        transport.close(code, reason);
    }

    /** Ends the connection now. */
    public void abort() {
        transport.abort();
    }

    private void endOutput() {
        outputEnded = true;
        outputListeners.forEach(Runnable::run);
    }

    private void endInput() {
        for (InboundChannel channel : inbound) {
            if (channel != null) {
                channel.end();
            }
        }
    }

    private void move(SessionState.Event event) {
        synchronized (lock) {
            state = state.after(event);
        }
    }

    /** What comes from the transport. */
    private final class Incoming implements Transport.Receiver, ChannelDecoder.Handler {
        private final Listener listener;
        private final ChannelDecoder decoder = new ChannelDecoder(subprotocol, inbound.length, role, this);
        private boolean anyMessage;

        Incoming(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void onMessagePart(ByteBuffer part, boolean first, boolean last) throws WsStreamException {
            if (!anyMessage) {
                anyMessage = true;
                listener.onFirstMessage();
            }
            decoder.decode(part, first, last);
        }

        @Override
        public void onData(int channel, ByteBuffer payload) {
            InboundChannel to = inbound[channel];
            if (to != null) {
                to.onData(payload);
            }
        }

        @Override
        public void onClose(int channel) {
            InboundChannel to = inbound[channel];
            if (to != null && !aliased[channel]) {
                to.end();
            }
            listener.onChannelClose(channel);
        }

        @Override
        public void onIgnored(String why, int bytes) {
            listener.onIgnored(why, bytes);
        }

        @Override
        public long waitingBytes() {
            long waiting = 0;
            for (int i = 0; i < inbound.length; i++) {
                InboundChannel channel = inbound[i];
                if (channel != null && !aliased[i]) {
                    waiting += channel.waitingBytes();
                }
            }
            return waiting;
        }

        @Override
        public void onWritable() {
            outputListeners.forEach(Runnable::run);
        }

        @Override
        public void onClose(int code, String reason) {
            synchronized (lock) {
                if (state != SessionState.CLOSING) { // unless our own Close was first
                    state = state.after(SessionState.Event.CLOSE);
                }
            }
            endOutput();
            endInput();
            listener.onPeerClose(code, reason);
        }

        @Override
        public void onEnd(@Nullable WsStreamException failure) {
            move(failure == null && state() == SessionState.CLOSING ? SessionState.Event.END : SessionState.Event.LOST);
            endOutput();
            endInput();
            listener.onEnd(failure);
        }
    }
}
