package io.wsstream.server.exec;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.Channel;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.status.Status;
import io.wsstream.core.stream.ByteSink;
import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.core.stream.InboundChannel;
import io.wsstream.core.stream.ServerExec;
import io.wsstream.core.stream.SessionState;
import io.wsstream.core.stream.blocking.ChannelOutputStream;
import io.wsstream.core.websocket.CloseCode;
import io.wsstream.server.SessionOutcome;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One exec session as its target sees it: input to take, output to send, one end.
 *
 * <p>The order of the end is kept for the target: output, status, Close. What is sent after the client has gone is
 * dropped, so a target need not ask first.
 *
 * <p><b>Threads:</b> any; output from one thread at a time, or it has no order. <b>Blocking:</b> none. <b>Memory:</b>
 * what is sent is queued without a bound of its own: stop while {@link #isWritable} is false.
 */
public final class ExecSession {
    private static final Logger LOG = LoggerFactory.getLogger(ExecSession.class);

    /**
     * What the client does, as the target hears it; on I/O threads, and never to be blocked. A method that throws ends
     * the session with an internal error.
     */
    public interface Client {
        /**
         * Input, in order. Only with stdin; see {@link ExecSession#drainInput}.
         *
         * @param bytes position to limit; the position moves over what was taken; not to be kept
         */
        void onInput(ByteBuffer bytes);

        /** The input has ended: half-closed, or the client is gone. Once. */
        void onInputEnd();

        /**
         * The client's terminal has a new size. Only with a tty.
         *
         * @param size as it came; 0 is possible
         */
        default void onResize(TerminalSize size) {}

        /** The output queue was full and has room again, or output is no longer wanted. */
        default void onWritable() {}

        /**
         * The client is gone before the end, and so is everything sent from now on. Its input ends, too. At most once.
         * Let the work end, or end it, and then call {@link ExecSession#exit} or {@link ExecSession#fail} all the same.
         */
        void onGone();
    }

    /** Who is told when nothing of a session is left. */
    public interface Owner {
        /**
         * The connection is over and the target is done.
         *
         * @param session the one
         * @param outcome how it went
         */
        void onEnd(ExecSession session, SessionOutcome outcome);
    }

    private final ExecRequest request;
    private final ServerExec wire;
    private final ScheduledExecutorService timer;
    private final Owner owner;
    private final long openedNanos = System.nanoTime();
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();

    /** Protects what is known of both sides; nothing is called under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable Client client;

    @GuardedBy("lock")
    private @Nullable Input input;

    @GuardedBy("lock")
    private @Nullable TerminalSize size;

    /** The client has not heard of {@link #size} yet. */
    @GuardedBy("lock")
    private boolean sizeNews;

    /** Some thread is telling the size; others leave theirs to it, or an old one would overtake a new one. */
    @GuardedBy("lock")
    private boolean tellingSize;

    @GuardedBy("lock")
    private @Nullable Runnable firstSizeAction;

    @GuardedBy("lock")
    private boolean gone;

    /** Why we ended it, and with it the input; null while we have not. */
    @GuardedBy("lock")
    private @Nullable String brokenOff;

    @GuardedBy("lock")
    private boolean targetDone;

    @GuardedBy("lock")
    private boolean connectionOver;

    @GuardedBy("lock")
    private String outcome = "";

    @GuardedBy("lock")
    private OptionalInt exitCode = OptionalInt.empty();

    /**
     * A session after the 101; {@link #begin} opens it.
     *
     * @param request what the client wants
     * @param wire the session on the wire
     * @param timer runs short actions later
     * @param owner told at the end
     */
    public ExecSession(ExecRequest request, ServerExec wire, ScheduledExecutorService timer, Owner owner) {
        this.request = request;
        this.wire = wire;
        this.timer = timer;
        this.owner = owner;
    }

    /** {@return what the client wants} */
    public ExecRequest request() {
        return request;
    }

    /**
     * Opens the session and hands it to its target. For the listener only.
     *
     * @param target serves it
     */
    public void begin(ExecTarget target) {
        wire.connection().onOutputChange(this::onOutputChange);
        wire.start(new Wire());
        try {
            target.open(this);
        } catch (RuntimeException | Error bug) { // an AssertionError, say: nobody above would end the session
            LOG.warn("session {}: the target failed to open", request.sessionId(), bug);
            fail(Status.internalError("the target of this exec failed to open"));
        }
    }

    /**
     * Says who hears the client. What has come so far comes first.
     *
     * @param newClient hears it from now on
     */
    public void start(Client newClient) {
        InboundChannel stdin = wire.stdin();
        Input sink = stdin == null ? null : new Input(newClient);
        boolean alreadyGone;
        boolean inputCut;
        synchronized (lock) {
            if (client != null) {
                throw new IllegalStateException("session " + request.sessionId() + " was started already");
            }
            client = newClient;
            input = sink;
            alreadyGone = gone;
            inputCut = brokenOff != null;
        }
        tellSize();
        if (stdin != null && sink != null) {
            stdin.deliverTo(sink);
            if (inputCut) {
                sink.end();
            }
        }
        if (alreadyGone) {
            guard("onGone", newClient::onGone);
        }
    }

    /** Tells the client the latest size, unless it knows it. */
    private void tellSize() {
        synchronized (lock) {
            if (tellingSize) {
                return;
            }
            tellingSize = true;
        }
        while (true) {
            Client to;
            TerminalSize latest;
            synchronized (lock) {
                to = client;
                latest = size;
                if (to == null || latest == null || !sizeNews) {
                    tellingSize = false;
                    return;
                }
                sizeNews = false;
            }
            guard("onResize", () -> to.onResize(latest));
        }
    }

    /** Calls the target; one that throws has failed. */
    private void guard(String what, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error bug) {
            LOG.warn("session {}: the target failed in {}", request.sessionId(), what, bug);
            fail(Status.internalError("the target of this exec failed"));
        }
    }

    /**
     * Runs an action once the client has told the size of its terminal, or the bound has passed: a program that asks for
     * the size first thing then gets the right answer.
     *
     * @param bound how long to wait at most
     * @param action given the size, or null when none came; on an I/O or timer thread, must not block
     */
    public void whenSized(Duration bound, java.util.function.Consumer<@Nullable TerminalSize> action) {
        Runnable once = new Runnable() {
            private boolean done; // guarded by lock

            @Override
            public void run() {
                TerminalSize known;
                synchronized (lock) {
                    if (done) {
                        return;
                    }
                    done = true;
                    firstSizeAction = null;
                    known = size;
                }
                guard("whenSized", () -> action.accept(known));
            }
        };
        boolean now;
        synchronized (lock) {
            now = size != null || gone;
            if (!now) {
                firstSizeAction = once;
            }
        }
        if (now) {
            once.run();
        } else {
            later(bound, once);
        }
    }

    /**
     * Runs an action later, on the server's timer thread.
     *
     * @param delay how much later
     * @param action short, must not block
     */
    public void later(Duration delay, Runnable action) {
        Runnable guarded = () -> guard("later", action);
        try {
            ScheduledFuture<?> unused = timer.schedule(guarded, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            guarded.run(); // The server is closed; what was due later is due now.
        }
    }

    /** The target can take more input; to be called after {@link Client#onInput} took less than all. */
    public void drainInput() {
        InboundChannel stdin = wire.stdin();
        if (stdin != null) {
            stdin.drain();
        }
    }

    /**
     * Sends output. Streams that the client did not ask for, and everything after its end, are dropped.
     *
     * @param stream {@link Channel#STDOUT} or {@link Channel#STDERR}; with a tty only the former
     * @param bytes position to limit; this session's from now on, and it may change them
     * @param headroom how many bytes before the position may be overwritten, and if any, those behind the limit as well;
     *     {@link ChannelConnection#HEADROOM} and {@link ChannelConnection#TAILROOM} spare every copy
     * @param released run once the buffer is needed no more, on any thread, or null
     */
    public void send(Channel stream, ByteBuffer bytes, int headroom, @Nullable Runnable released) {
        boolean wanted = stream == Channel.STDOUT ? request.stdout() : request.stderr();
        if (wanted && !wire.connection().isOutputEnded()) {
            bytesOut.addAndGet(bytes.remaining());
        }
        wire.sendOutput(stream, bytes, headroom, released);
    }

    /**
     * Sends a copy of output; otherwise as the other {@code send}.
     *
     * @param stream {@link Channel#STDOUT} or {@link Channel#STDERR}; with a tty only the former
     * @param bytes position to limit; all are taken, and may be reused at once
     */
    public void send(Channel stream, ByteBuffer bytes) {
        ByteBuffer copy = ChannelConnection.room(bytes.remaining());
        copy.put(bytes).flip().position(ChannelConnection.HEADROOM);
        send(stream, copy, ChannelConnection.HEADROOM, null);
    }

    /** {@return an output as a stream, whose writes wait while the output queue is full} */
    OutputStream output(Channel stream) {
        return new ChannelOutputStream(
                wire.connection(), (bytes, headroom, released) -> send(stream, bytes, headroom, released), () -> {});
    }

    /**
     * {@return how many bytes one {@link #send} should hold at most} More are sent as well, but a stock kubectl then gives up
     * when its user does not read on for a minute.
     */
    public int messageBytes() {
        return wire.connection().messageBytes();
    }

    /** {@return whether the output queue has room; when not, {@link Client#onWritable} tells when it has again} */
    public boolean isWritable() {
        return wire.connection().isWritable() || wire.connection().isOutputEnded();
    }

    /**
     * The work ended with an exit code: ends the session. Only the first call of this and {@link #fail} counts.
     *
     * @param code 0 to 255; a program killed by signal n has 128 + n
     */
    public void exit(int code) {
        finish(Status.exited(code), "exited with " + code, OptionalInt.of(code));
    }

    /**
     * The work failed without an exit code: ends the session.
     *
     * @param status a failure, in words for the client's user
     */
    public void fail(Status status) {
        finish(status, "failed: " + status.message(), OptionalInt.empty());
    }

    private void finish(Status status, String text, OptionalInt code) {
        synchronized (lock) {
            if (targetDone) {
                return;
            }
            targetDone = true;
            exitCode = code;
            if (!gone) {
                outcome = text;
            }
        }
        wire.finish(status);
        reportIfOver();
    }

    /**
     * The server goes away: closes the connection, and the target hears that the client is gone.
     *
     * @param reason for the client's user
     */
    public void breakOff(String reason) {
        Input cut;
        synchronized (lock) {
            brokenOff = reason; // before the client can answer
            cut = input;
        }
        wire.breakOff(CloseCode.GOING_AWAY, reason);
        if (cut != null) {
            cut.end(); // What still waits was dropped, and nothing below will tell.
        }
        gone(reason);
    }

    /** {@return whether the client is still there, and neither side has closed} */
    boolean isConnected() {
        return wire.connection().state() == SessionState.OPEN;
    }

    private void gone(String why) {
        Client to;
        Runnable sized;
        synchronized (lock) {
            if (gone || targetDone) {
                return;
            }
            gone = true;
            outcome = brokenOff != null ? brokenOff : why;
            to = client;
            sized = firstSizeAction;
        }
        LOG.debug("session {}: client gone: {}", request.sessionId(), why);
        if (sized != null) {
            sized.run();
        }
        if (to != null) {
            guard("onGone", to::onGone);
        }
    }

    private void onOutputChange() {
        Client to;
        synchronized (lock) {
            to = client;
        }
        if (to != null) {
            guard("onWritable", to::onWritable);
        }
    }

    private void reportIfOver() {
        SessionOutcome report;
        synchronized (lock) {
            if (!targetDone || !connectionOver) {
                return;
            }
            report = new SessionOutcome(
                    outcome,
                    exitCode,
                    bytesIn.get(),
                    bytesOut.get(),
                    Duration.ofNanos(System.nanoTime() - openedNanos));
        }
        owner.onEnd(this, report);
    }

    private final class Wire implements ServerExec.Listener {
        @Override
        public void onResize(TerminalSize newSize) {
            Runnable first;
            synchronized (lock) {
                size = newSize;
                sizeNews = true;
                first = firstSizeAction;
            }
            if (first != null) {
                first.run();
            }
            tellSize();
        }

        @Override
        public void onIgnored(String what) {
            LOG.debug("session {}: ignored {}", request.sessionId(), what);
        }

        @Override
        public void onPeerGone(String why) {
            gone(why);
        }

        @Override
        public void onEnd(@Nullable WsStreamException failure) {
            gone(failure == null ? "the connection was closed" : String.valueOf(failure.getMessage()));
            synchronized (lock) {
                connectionOver = true;
            }
            reportIfOver();
        }
    }

    /** Counts what the client takes, and tells it the end once: the stream's own, or that of the session. */
    private final class Input implements ByteSink {
        private final Client to;

        @GuardedBy("lock")
        private boolean inside;

        @GuardedBy("lock")
        private boolean endWanted;

        @GuardedBy("lock")
        private boolean ended;

        Input(Client to) {
            this.to = to;
        }

        @Override
        public void accept(ByteBuffer bytes) {
            synchronized (lock) {
                if (ended) {
                    bytes.position(bytes.limit());
                    return;
                }
                inside = true;
            }
            int before = bytes.remaining();
            guard("onInput", () -> to.onInput(bytes));
            bytesIn.addAndGet(before - bytes.remaining());
            boolean endNow;
            synchronized (lock) {
                inside = false;
                endNow = endWanted;
            }
            if (endNow) {
                end();
            }
        }

        @Override
        public void end() {
            synchronized (lock) {
                if (inside) {
                    endWanted = true;
                    return;
                }
                if (ended) {
                    return;
                }
                ended = true;
            }
            guard("onInputEnd", to::onInputEnd);
        }
    }
}
