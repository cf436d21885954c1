package io.wsstream.core.stream;

import io.wsstream.core.Channel;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.channel.ResizeDecoder;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.core.transport.Transport;
import io.wsstream.core.websocket.CloseCode;
import io.wsstream.core.websocket.Role;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one exec or attach: says that it is ready, carries the streams, and ends in the one right order
 * ({@link SessionState}).
 *
 * <p><b>Threads:</b> any; {@link #sendOutput} and {@link #finish} from one thread at a time, or the output has no order.
 * <b>Blocking:</b> none.
 *
 * <p>Source: {@code cri-streaming/pkg/streaming/remotecommand/websocket.go}, {@code exec.go}; PROTOCOL.md 6.3, 11, 12.
 */
public final class ServerExec {
    /** How much stdin may wait for the process. */
    public static final int STDIN_LIMIT_BYTES = 256 * 1024;

    /** Which streams the client asked for. With {@code tty} there is no stderr. */
    public record Streams(boolean stdin, boolean stdout, boolean stderr, boolean tty) {}

    /** What a session tells; on the transport's threads, and never to be blocked. */
    public interface Listener {
        /**
         * The client's terminal has a new size. Only with a tty.
         *
         * @param size columns and rows, as they came
         */
        void onResize(TerminalSize size);

        /**
         * Something odd came and was dropped.
         *
         * @param what one phrase for a log
         */
        default void onIgnored(String what) {}

        /**
         * The client is gone: it closed before the status, or was lost. Its stdin has ended. Once, and not after a proper
         * end.
         *
         * @param why one phrase for a log
         */
        void onPeerGone(String why);

        /**
         * The connection is over. Once, and the last call.
         *
         * @param failure why, or null after a proper end
         */
        void onEnd(@Nullable WsStreamException failure);
    }

    private final ChannelConnection connection;
    private final Subprotocol subprotocol;
    private final Streams streams;
    private final @Nullable InboundChannel stdin;
    private final InboundChannel resize;
    private final AtomicBoolean peerGone = new AtomicBoolean();

    /**
     * A session after the 101; {@link #start} opens it.
     *
     * @param transport carries the messages; not started yet
     * @param subprotocol what was agreed
     * @param streams what the client asked for
     */
    public ServerExec(Transport transport, Subprotocol subprotocol, Streams streams) {
        this.subprotocol = subprotocol;
        this.connection = new ChannelConnection(transport, subprotocol, Role.SERVER, Channel.COUNT);
        this.streams = streams;
        this.stdin = streams.stdin() ? connection.receive(Channel.STDIN.number(), STDIN_LIMIT_BYTES) : null;
        this.resize = connection.receive(Channel.RESIZE.number(), 1);
        if (subprotocol.hasResize()) {
            // Some clients believe the prose that calls 3 the resize channel; nobody else sends on it.
            connection.alias(Channel.ERROR.number(), resize);
        }
    }

    /**
     * Opens the session: sends the one empty message that says so, and begins to deliver.
     *
     * @param listener who is told
     */
    public void start(Listener listener) {
        resize.deliverTo(new ResizeSink(listener));
        Channel ready = streams.stdout() ? Channel.STDOUT : streams.stderr() ? Channel.STDERR : Channel.ERROR;
        connection.send(ready.number(), ByteBuffer.allocate(0), 0, null);
        connection.start(new Incoming(listener));
    }

    /** {@return what was agreed} */
    public Subprotocol subprotocol() {
        return subprotocol;
    }

    /** {@return the connection below} */
    public ChannelConnection connection() {
        return connection;
    }

    /** {@return what the client sends to stdin, or null when it did not ask for stdin} */
    public @Nullable InboundChannel stdin() {
        return stdin;
    }

    /** {@return whether a stream was asked for} */
    public Streams streams() {
        return streams;
    }

    /**
     * Sends output of the process. Without the stream, or after the end, it is dropped.
     *
     * @param stream {@link Channel#STDOUT} or {@link Channel#STDERR}
     * @param payload position to limit, at least one byte; this session's from now on
     * @param headroom how many bytes before the position may be overwritten
     * @param released run once the buffer is needed no more, or null
     */
    public void sendOutput(Channel stream, ByteBuffer payload, int headroom, @Nullable Runnable released) {
        boolean wanted = switch (stream) {
            case STDOUT -> streams.stdout();
            case STDERR -> streams.stderr() && !streams.tty();
            case STDIN, ERROR, RESIZE -> throw new IllegalArgumentException(stream + " is no output");
        };
        if (!wanted || !payload.hasRemaining()) {
            if (released != null) {
                released.run();
            }
            return;
        }
        connection.send(stream.number(), payload, headroom, released);
    }

    /**
     * Ends the session in the proper way: the status, strictly last and once, then Close 1000. Later calls do nothing.
     *
     * @param status how it went
     */
    public void finish(Status status) {
        if (!connection.markStatus()) {
            return;
        }
        peerGone.set(true); // From here on the client may go as it likes.
        discardInput();
        byte[] payload = StatusCodec.encode(subprotocol, status);
        if (payload.length > 0) {
            connection.send(Channel.ERROR.number(), ByteBuffer.wrap(payload), 0, null);
        }
        connection.close(CloseCode.NORMAL, "");
    }

    /**
     * Ends the session without a status, because the server has to go.
     *
     * @param code why, never 1000
     * @param reason for a person
     */
    public void breakOff(int code, String reason) {
        if (code == CloseCode.NORMAL) {
            throw new IllegalArgumentException("Close 1000 without a status would pass for success");
        }
        discardInput();
        connection.close(code, reason);
    }

    private void discardInput() {
        if (stdin != null) {
            stdin.discard();
        }
    }

    private final class Incoming implements ChannelConnection.Listener {
        private final Listener listener;
        private boolean ignoredBefore;

        Incoming(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void onIgnored(String why, int bytes) {
            if (!ignoredBefore) {
                ignoredBefore = true;
                listener.onIgnored(why);
            }
        }

        @Override
        public void onPeerClose(int code, String reason) {
            gone("the client closed the connection with code " + code);
        }

        @Override
        public void onEnd(@Nullable WsStreamException failure) {
            if (failure != null) {
                gone(String.valueOf(failure.getMessage()));
            }
            listener.onEnd(failure);
        }

        private void gone(String why) {
            if (peerGone.compareAndSet(false, true)) {
                listener.onPeerGone(why);
            }
        }
    }

    private final class ResizeSink implements ByteSink {
        private final ResizeDecoder decoder;
        private final Listener listener;

        ResizeSink(Listener listener) {
            this.listener = listener;
            this.decoder = new ResizeDecoder(size -> {
                if (streams.tty()) {
                    listener.onResize(size);
                }
            });
        }

        @Override
        public void accept(ByteBuffer bytes) {
            if (!decoder.decode(bytes)) {
                listener.onIgnored("a terminal size that is none; later ones are ignored too");
            }
        }

        @Override
        public void end() {}
    }
}
