package io.wsstream.core.stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.Channel;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.ExecResult;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.channel.ResizeDecoder;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.core.transport.Transport;
import io.wsstream.core.websocket.CloseCode;
import io.wsstream.core.websocket.Role;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one exec or attach: carries the streams, and says how it ended.
 *
 * <p>A complete status decides the result, whatever happens to the connection after it: all output stood before it. No
 * status on v4 and v5 is {@link ExecResult.NoStatus}, never success.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> see {@link Transport}. <b>Memory:</b> each output stream up to its bound, the
 * status up to {@link StatusCodec#MAX_BYTES}.
 *
 * <p>Source: {@code client-go/tools/remotecommand/websocket.go}, {@code v4.go}, {@code v5.go}; PROTOCOL.md 11.3, 12.4.
 */
public final class ClientExec {
    /** What a session tells; on the transport's threads, and never to be blocked. */
    public interface Listener {
        /** The server is ready: its first message came. At most once. */
        default void onReady() {}

        /**
         * Something odd came and was dropped.
         *
         * @param what one phrase for a log
         */
        default void onIgnored(String what) {}

        /**
         * The session is over. Once, and the last call; the output streams have ended or will, once read.
         *
         * @param result how
         */
        void onResult(ExecResult result);
    }

    private final ChannelConnection connection;
    private final Subprotocol subprotocol;
    private final boolean silenceIsSuccess;
    private final InboundChannel stdout;
    private final InboundChannel stderr;
    private final StatusSink status = new StatusSink();

    /** Protects what is known of the end; nothing is called under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean stdinClosed;

    @GuardedBy("lock")
    private int closeCode;

    @GuardedBy("lock")
    private String closeReason = "";

    /**
     * A session after the 101; {@link #start} opens it.
     *
     * @param transport carries the messages; not started yet
     * @param subprotocol what was agreed
     * @param limitBytes how much of each output stream may wait for its sink
     */
    public ClientExec(Transport transport, Subprotocol subprotocol, int limitBytes) {
        this(transport, subprotocol, limitBytes, false);
    }

    /**
     * A session after the 101 with a server that may end it without a status.
     *
     * @param transport carries the messages; not started yet
     * @param subprotocol what was agreed
     * @param limitBytes how much of each output stream may wait for its sink
     * @param silenceIsSuccess whether Close 1000 without a status is success on v4 and v5 too, as client-go has it
     */
    public ClientExec(Transport transport, Subprotocol subprotocol, int limitBytes, boolean silenceIsSuccess) {
        this.subprotocol = subprotocol;
        this.silenceIsSuccess = silenceIsSuccess;
        this.connection = new ChannelConnection(transport, subprotocol, Role.CLIENT, Channel.COUNT);
        this.stdout = connection.receive(Channel.STDOUT.number(), limitBytes);
        this.stderr = connection.receive(Channel.STDERR.number(), limitBytes);
        connection.receive(Channel.ERROR.number(), 1).deliverTo(status);
    }

    /**
     * Begins to deliver.
     *
     * @param listener who is told
     */
    public void start(Listener listener) {
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

    /** {@return the output; on a terminal all of it} */
    public InboundChannel stdout() {
        return stdout;
    }

    /** {@return the error output} */
    public InboundChannel stderr() {
        return stderr;
    }

    /**
     * Sends input for the process. After the end it is dropped.
     *
     * @param payload position to limit; this session's from now on; keep to 32 KiB, as client-go does
     * @param headroom how many bytes before the position may be overwritten
     * @throws IllegalStateException after {@link #closeStdin}
     */
    public void sendStdin(ByteBuffer payload, int headroom) {
        sendStdin(payload, headroom, null);
    }

    /**
     * Sends input for the process. After the end it is dropped.
     *
     * @param payload position to limit; this session's until it is released; keep to 32 KiB, as client-go does
     * @param headroom how many bytes before the position may be overwritten
     * @param released run once the buffer is needed no more, or null
     * @throws IllegalStateException after {@link #closeStdin}
     */
    public void sendStdin(ByteBuffer payload, int headroom, @Nullable Runnable released) {
        synchronized (lock) {
            if (stdinClosed) {
                throw new IllegalStateException("stdin was closed");
            }
        }
        if (payload.hasRemaining()) {
            connection.send(Channel.STDIN.number(), payload, headroom, released);
        } else if (released != null) {
            released.run();
        }
    }

    /**
     * Half-close: the process reads end of file once it has read all that was sent; its output goes on. Later calls do
     * nothing.
     *
     * @throws IllegalStateException if the server speaks no v5, where half-close is not known
     */
    public void closeStdin() {
        if (!subprotocol.hasClose()) {
            throw new IllegalStateException("stdin cannot be closed on '" + subprotocol.wireName()
                    + "'; the server would have to speak v5.channel.k8s.io");
        }
        synchronized (lock) {
            if (stdinClosed) {
                return;
            }
            stdinClosed = true;
        }
        connection.sendClose(Channel.STDIN.number());
    }

    /**
     * Tells the server the size of the terminal.
     *
     * @param size columns and rows; 0 is sent as 1
     * @param channel {@link Channel#RESIZE}, or {@link Channel#ERROR} for servers that read sizes there
     * @throws IllegalArgumentException if the channel is neither
     */
    public void resize(TerminalSize size, Channel channel) {
        if (channel != Channel.RESIZE && channel != Channel.ERROR) {
            throw new IllegalArgumentException("a terminal size on " + channel + "; expected RESIZE, or ERROR");
        }
        TerminalSize sane = new TerminalSize(Math.max(1, size.columns()), Math.max(1, size.rows()));
        connection.send(channel.number(), ByteBuffer.wrap(ResizeDecoder.encode(sane)), 0, null);
    }

    private ExecResult result(@Nullable WsStreamException failure) {
        byte[] received = status.bytes();
        int code;
        String reason;
        synchronized (lock) {
            code = closeCode;
            reason = closeReason;
        }
        boolean clean = failure == null && code == CloseCode.NORMAL;
        if (clean && received.length == 0 && silenceIsSuccess) {
            return new ExecResult.Success();
        }
        if (received.length > 0 || (clean && !subprotocol.hasJsonStatus())) {
            try {
                return StatusCodec.decode(subprotocol, received);
            } catch (ProtocolViolationException malformed) {
                if (failure != null) {
                    malformed.addSuppressed(failure);
                }
                return new ExecResult.NoStatus(malformed);
            }
        }
        if (failure != null) {
            return new ExecResult.NoStatus(failure);
        }
        if (code == 0) {
            return new ExecResult.NoStatus(new ConnectionLostException(
                    "this side closed the connection before a status came; the command may still run", null));
        }
        return new ExecResult.NoStatus(new ConnectionLostException(
                "the server closed the connection with code " + code + (reason.isEmpty() ? "" : " (" + reason + ")")
                        + " and without a status; output may be missing and the command may still run",
                null));
    }

    private final class Incoming implements ChannelConnection.Listener {
        private final Listener listener;

        Incoming(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void onFirstMessage() {
            listener.onReady();
        }

        @Override
        public void onIgnored(String why, int bytes) {
            listener.onIgnored(why);
        }

        @Override
        public void onPeerClose(int code, String reason) {
            synchronized (lock) {
                closeCode = code;
                closeReason = reason;
            }
        }

        @Override
        public void onEnd(@Nullable WsStreamException failure) {
            listener.onResult(result(failure));
        }
    }

    /** Collects channel 3, which may come in several messages. */
    private final class StatusSink implements ByteSink {
        @GuardedBy("this")
        private final ByteArrayOutputStream collected = new ByteArrayOutputStream();

        @Override
        public synchronized void accept(ByteBuffer bytes) {
            int room = StatusCodec.MAX_BYTES - collected.size();
            int taken = Math.min(room, bytes.remaining());
            byte[] copy = new byte[taken];
            bytes.get(copy);
            collected.writeBytes(copy);
            bytes.position(bytes.limit());
            connection.markStatus();
        }

        @Override
        public void end() {}

        synchronized byte[] bytes() {
            return collected.toByteArray();
        }
    }
}
