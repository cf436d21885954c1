package io.wsstream.server.jakarta;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.transport.ByteLink;
import io.wsstream.core.websocket.CloseCode;
import io.wsstream.core.websocket.FrameEncoder;
import io.wsstream.core.websocket.Opcode;
import io.wsstream.core.websocket.WebSocketTransport;
import jakarta.websocket.CloseReason;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Jakarta session as the link under a {@link WebSocketTransport}, so that every bound and the order of the end are
 * those of all our connections. A container takes frames apart and puts them together itself; this undoes the one (a
 * message goes up as a frame whose mask is zero) and leaves the other to it (a frame of ours goes down as a call).
 *
 * <p>Reads: Jakarta has no way to stop them but not to return. While they are paused the container's thread waits in the
 * message handler, and the container sees nothing of this connection: no Ping, no Close.
 *
 * <p>Writes: one at a time, the next when the container has called back. What waits is bounded by the transport.
 *
 * <p><b>Threads:</b> the container's, and any that sends. <b>Blocking:</b> the message handler, while reads are paused;
 * calls of the container that may block (control frames, Close) run on an executor of their own.
 */
final class SessionLink implements ByteLink {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLink.class);
    private static final int FIN = 0x80;

    private final Session session;
    private final RemoteEndpoint.Async remote;
    private final Executor blocking;

    /** Frames go up one at a time, whichever thread of the container brings them. */
    private final Object receiving = new Object();

    /** Protects all that follows; nothing is called under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ArrayDeque<Outbound> queue = new ArrayDeque<>();

    @GuardedBy("lock")
    private @Nullable Sending inFlight;

    @GuardedBy("lock")
    private boolean draining;

    @GuardedBy("lock")
    private boolean paused = true;

    @GuardedBy("lock")
    private boolean over;

    @GuardedBy("receiving")
    private boolean inMessage;

    private volatile @Nullable WebSocketTransport transport;
    private volatile Runnable ended = () -> {};

    SessionLink(Session session, Executor blocking) {
        this.session = session;
        this.remote = session.getAsyncRemote();
        this.blocking = blocking;
    }

    /** Says who hears of what comes; to be called inside {@code onOpen}, before anything can come. */
    void bind(WebSocketTransport to, Runnable whenOver) {
        transport = to;
        ended = whenOver;
        remote.setSendTimeout(-1);
        session.setMaxIdleTimeout(-1); // the bounds are the transport's, and its Close says which has passed
        session.addMessageHandler(ByteBuffer.class, (MessageHandler.Partial<ByteBuffer>)
                (part, last) -> onPart(Opcode.BINARY, part, last));
        session.addMessageHandler(String.class, (MessageHandler.Partial<String>)
                (part, last) -> onPart(Opcode.TEXT, ByteBuffer.wrap(part.getBytes(StandardCharsets.UTF_8)), last));
        session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>)
                pong -> deliver(FIN | Opcode.PONG, pong.getApplicationData()));
    }

    // ---------------------------------------------------------------- input

    private void onPart(int opcode, ByteBuffer part, boolean last) {
        if (!awaitReads()) {
            return;
        }
        synchronized (receiving) {
            int first = inMessage ? Opcode.CONTINUATION : opcode;
            inMessage = !last;
            deliver(last ? FIN | first : first, part);
        }
    }

    /** Holds the container's thread while reads are paused; the transport's bounds end that. False if all is over. */
    private boolean awaitReads() {
        try {
            synchronized (lock) {
                while (paused && !over) {
                    lock.wait();
                }
                return !over;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            abort(); // Somebody wants the thread back, and what it holds cannot be given up in part.
            return false;
        }
    }

    private void deliver(int finAndOpcode, ByteBuffer payload) {
        WebSocketTransport to = transport;
        if (to == null) {
            return;
        }
        ByteBuffer header = ByteBuffer.allocate(FrameEncoder.headerBytes(payload.remaining(), true));
        FrameEncoder.putHeader(header, 0, finAndOpcode & 0x0F, payload.remaining(), true, 0);
        header.put(0, (byte) finAndOpcode);
        synchronized (receiving) {
            to.receive(header);
            to.receive(payload);
        }
    }

    /** The container says that the session is closed, by whichever side. */
    void onClose(CloseReason reason) {
        int code = reason.getCloseCode().getCode();
        if (code == CloseCode.NO_CODE || CloseCode.isAllowedOnWire(code)) {
            String words = reason.getReasonPhrase() == null ? "" : reason.getReasonPhrase();
            deliver(FIN | Opcode.CLOSE, ByteBuffer.wrap(FrameEncoder.closePayload(code, words)));
        }
        end(null);
    }

    /** The container says that something failed; what it does then differs, so the connection ends here. */
    void onError(Throwable failure) {
        end(failure);
        closeSession(CloseCode.INTERNAL_ERROR, "");
    }

    private void end(@Nullable Throwable cause) {
        Sending sending;
        synchronized (lock) {
            over = true;
            sending = inFlight;
            lock.notifyAll();
        }
        WebSocketTransport to = transport;
        if (to != null) {
            to.linkClosed(cause);
        }
        ended.run();
        if (sending != null) {
            sending.done(cause == null ? new ConnectionLostException("closed", null) : cause);
        }
    }

    @Override
    public void pauseReads() {
        synchronized (lock) {
            paused = true;
        }
    }

    @Override
    public void resumeReads() {
        synchronized (lock) {
            paused = false;
            lock.notifyAll();
        }
    }

    // ---------------------------------------------------------------- output

    @Override
    public void write(Outbound outbound) {
        synchronized (lock) {
            queue.add(outbound);
            if (draining) {
                return;
            }
            draining = true;
        }
        drain();
    }

    /** Sends what waits until a call is under way whose end goes on with the rest. */
    private void drain() {
        while (true) {
            Sending next;
            boolean dropped;
            synchronized (lock) {
                Outbound outbound = queue.poll();
                if (outbound == null) {
                    draining = false;
                    return;
                }
                next = new Sending(outbound);
                inFlight = next;
                dropped = over;
            }
            if (dropped) {
                next.done(new ConnectionLostException("closed", null));
            } else {
                next.begin();
            }
            if (!next.isDoneAtOnce()) {
                return;
            }
        }
    }

    /** One frame of ours on its way through the container. */
    private final class Sending implements SendHandler {
        private final Outbound outbound;

        @GuardedBy("lock")
        private boolean done;

        /** Whoever called the container has left, so whoever hears of the end drains on. */
        @GuardedBy("lock")
        private boolean left;

        Sending(Outbound outbound) {
            this.outbound = outbound;
        }

        void begin() {
            ByteBuffer frame = outbound.bytes();
            int opcode = frame.get() & 0x0F;
            int length = frame.get() & 0x7F;
            frame.position(frame.position() + (length == 127 ? 8 : length == 126 ? 2 : 0));
            try {
                switch (opcode) {
                    case Opcode.BINARY -> remote.sendBinary(frame, this);
                    case Opcode.TEXT ->
                        remote.sendText(StandardCharsets.UTF_8.decode(frame).toString(), this);
                    case Opcode.PING -> blocking.execute(() -> control(() -> remote.sendPing(frame)));
                    case Opcode.PONG -> blocking.execute(() -> control(() -> remote.sendPong(frame)));
                    default ->
                        blocking.execute(() -> {
                            close(reason(frame));
                            done(null);
                        });
                }
            } catch (RuntimeException refused) { // as a container does when the session has just ended
                failed(refused);
            }
        }

        private void control(Call call) {
            try {
                call.run();
                done(null);
            } catch (IOException | RuntimeException failure) {
                failed(failure);
            }
        }

        @Override
        public void onResult(SendResult result) {
            if (result.isOK()) {
                done(null);
            } else {
                failed(result.getException());
            }
        }

        private void failed(Throwable failure) {
            done(failure);
            onError(failure);
        }

        /** Only the first call counts. */
        void done(@Nullable Throwable failure) {
            boolean goOn;
            synchronized (lock) {
                if (done) {
                    return;
                }
                done = true;
                goOn = left;
                inFlight = null;
            }
            outbound.onSent(failure);
            if (goOn) {
                drain();
            }
        }

        /** Tells once, to whoever began: false leaves the rest of the queue to {@link #done}. */
        boolean isDoneAtOnce() {
            synchronized (lock) {
                left = !done;
                return done;
            }
        }
    }

    private interface Call {
        void run() throws IOException;
    }

    private static CloseReason reason(ByteBuffer payload) {
        if (!payload.hasRemaining()) {
            return new CloseReason(CloseReason.CloseCodes.NO_STATUS_CODE, "");
        }
        int code = payload.getShort() & 0xFFFF;
        return new CloseReason(
                CloseReason.CloseCodes.getCloseCode(code),
                StandardCharsets.UTF_8.decode(payload).toString());
    }

    @Override
    public void close() {
        end(null); // Both sides have said Close; the container sees to its socket.
    }

    @Override
    public void abort() {
        end(null);
        closeSession(CloseCode.GOING_AWAY, ""); // Jakarta knows no other way to let go of a connection.
    }

    /** Lets the container give up the connection, if it has not; never with 1000, which would pass for success. */
    void closeSession(int code, String reason) {
        CloseReason words = new CloseReason(CloseReason.CloseCodes.getCloseCode(code), reason);
        try {
            blocking.execute(() -> close(words));
        } catch (RejectedExecutionException stopped) {
            LOG.debug("a session is left to its container, which stops", stopped);
        }
    }

    private void close(CloseReason reason) {
        try {
            session.close(reason);
        } catch (IOException | RuntimeException closedAlready) {
            LOG.debug("a session was closed already", closedAlready);
        }
    }
}
