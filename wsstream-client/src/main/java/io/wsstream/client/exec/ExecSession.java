package io.wsstream.client.exec;

import io.wsstream.client.internal.LinkTimer;
import io.wsstream.client.internal.OpenSessions;
import io.wsstream.client.internal.Upgraded;
import io.wsstream.core.Channel;
import io.wsstream.core.ExecResult;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.WsTimeoutException;
import io.wsstream.core.stream.ClientExec;
import io.wsstream.core.stream.InboundChannel;
import io.wsstream.core.stream.SessionState;
import io.wsstream.core.stream.blocking.ChannelInputStream;
import io.wsstream.core.websocket.CloseCode;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running command: its streams, and how it ends.
 *
 * <p>Both outputs share one connection, and each may wait in a queue of some hundred KiB. Beyond that:
 *
 * <ul>
 *   <li>An output that nobody has asked for when the result is awaited is dropped, and never holds the result or the other
 *       output up; whoever asks for it later reads what was kept, and then an exception.
 *   <li>An output that was asked for loses nothing: when it is not read, the connection stops, the other output and the
 *       command with it, until it is read or closed.
 *   <li>While nobody awaits the result, an output that nobody has asked for counts as one that will be: it stops the
 *       connection too. So whoever reads one of two first calls {@link #result}, or closes the other, or reads it on another
 *       thread.
 * </ul>
 *
 * <p>Outputs stay readable after the end.
 *
 * <p><b>Threads:</b> any; each stream has one user at a time. <b>Blocking:</b> {@link #await}, the streams, and {@link
 * #resize} while the server takes nothing; {@link #close} never. <b>Memory:</b> what waits in each output, up to its bound.
 */
public final class ExecSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExecSession.class);

    /** How much of each output waits behind its stream. */
    private static final int QUEUE_BYTES = 64 * 1024;

    /** After a cancel: how long our Close may take to go out, and the server to answer it. */
    private static final Duration CANCEL_BOUND = Duration.ofSeconds(1);

    private final Upgraded upgraded;
    private final ClientExec exec;
    private final @Nullable ChannelInputStream stdout;
    private final @Nullable ChannelInputStream stderr;
    private final @Nullable OutputStream stdin;
    private final boolean tty;
    private final Channel resizeChannel;
    private final OpenSessions sessions;
    private final ClientClosed cancelWithClient = new ClientClosed();
    private final CompletableFuture<ExecResult> ended = new CompletableFuture<>();
    private volatile @Nullable WsStreamException cancelReason;
    private volatile @Nullable StdinPump pump;
    private volatile @Nullable Future<?> timeout;

    /** A session after the 101, not started yet. */
    ExecSession(Upgraded upgraded, Plan plan, OpenSessions sessions) {
        this.upgraded = upgraded;
        this.exec = new ClientExec(upgraded.transport(), upgraded.subprotocol(), QUEUE_BYTES, plan.silenceIsSuccess());
        this.stdout = plan.outputs().make(exec.stdout());
        this.stderr = plan.outputs().make(exec.stderr());
        this.stdin = plan.stdin() ? new StdinStream(exec, plan.policy()) : null;
        this.tty = plan.tty();
        this.resizeChannel = plan.resizeChannel();
        this.sessions = sessions;
    }

    /** What a session needs to know of its request. */
    record Plan(
            Outputs outputs,
            boolean stdin,
            boolean tty,
            WithoutHalfClose policy,
            Channel resizeChannel,
            boolean silenceIsSuccess) {}

    /** Says where an output goes: called for stdout, then for stderr. */
    @FunctionalInterface
    interface Outputs {
        /** Gives the channel a sink; returns the stream that is one, or null when the output is captured. */
        @Nullable
        ChannelInputStream make(InboundChannel channel);
    }

    /**
     * Opens the session.
     *
     * @param bound what the caller set as its timeout, or null
     * @param left what of it is left
     */
    void start(@Nullable Duration bound, Duration left, @Nullable TerminalSize size) {
        sessions.add(cancelWithClient);
        exec.start(new Ending());
        if (size != null) {
            resize(size);
        }
        if (bound != null) {
            WsTimeoutException late = new WsTimeoutException(
                    "the command did not end within " + text(bound)
                            + "; the session was ended, the command may still run",
                    bound);
            timeout = LinkTimer.after(left, () -> cancel(late));
            if (ended.isDone()) {
                release();
            }
        }
    }

    private static String text(Duration bound) {
        return bound.toMillis() % 1000 == 0 ? bound.toSeconds() + " s" : bound.toMillis() + " ms";
    }

    void pump(InputStream source, boolean closesSource) {
        OutputStream to = stdin;
        if (to != null) {
            StdinPump started = new StdinPump(
                    source, closesSource, to, this, upgraded.link().peer());
            pump = started;
            started.start();
            if (ended.isDone()) {
                release();
            }
        }
    }

    // ---------------------------------------------------------------- streams

    /**
     * The command's stdin. Each write is sent at once. Closing it tells the command that its input has ended, and leaves
     * its outputs alone; on subprotocols before v5 that cannot be told, see {@link WithoutHalfClose}.
     *
     * @return the stream
     * @throws IllegalStateException if the request gave a source for stdin, or asked for none
     */
    public OutputStream stdin() {
        if (stdin == null || pump != null) {
            throw new IllegalStateException(
                    stdin == null
                            ? "the request asked for no stdin"
                            : "stdin is fed by the source that the request gave");
        }
        return stdin;
    }

    /**
     * What the command writes to stdout; on a terminal all of its output. It ends with the command, with the connection,
     * or when the session is closed; which of these, the result says.
     *
     * @return the stream, the same each time
     */
    public InputStream stdout() {
        return asked(stdout);
    }

    /**
     * What the command writes to stderr; nothing on a terminal.
     *
     * @return the stream, the same each time
     */
    public InputStream stderr() {
        return asked(stderr);
    }

    private static InputStream asked(@Nullable ChannelInputStream output) {
        if (output == null) {
            throw new IllegalStateException("this output is captured");
        }
        return output.claim();
    }

    /**
     * Tells the command the size of its terminal. After the end, and where the subprotocol knows no sizes, this does
     * nothing.
     *
     * @param size columns and rows
     * @throws IllegalStateException if the command has no terminal
     */
    public void resize(TerminalSize size) {
        if (!tty) {
            throw new IllegalStateException("the command has no terminal; ask for one with tty(size)");
        }
        if (upgraded.subprotocol().hasResize()) {
            exec.resize(size, resizeChannel);
        }
    }

    /** {@return what was agreed with the server} */
    public Subprotocol subprotocol() {
        return upgraded.subprotocol();
    }

    // ---------------------------------------------------------------- the end

    /**
     * How the command ends. Never completes with an exception: {@link ExecResult.NoStatus} says what went wrong. Outputs
     * that nobody has asked for yet do not hold it up.
     *
     * @return completed on the common pool
     */
    public CompletionStage<ExecResult> result() {
        unattended();
        return ended.thenApplyAsync(Function.identity());
    }

    /**
     * Waits for the end. Outputs that nobody has asked for yet do not hold it up.
     *
     * @return how the command ended
     * @throws InterruptedException if the caller was interrupted; the session goes on
     */
    public ExecResult await() throws InterruptedException {
        unattended();
        try {
            return ended.get();
        } catch (ExecutionException neverSo) {
            throw new IllegalStateException(neverSo);
        }
    }

    /**
     * Waits for the end, but not for ever. Outputs that nobody has asked for yet do not hold it up.
     *
     * @param bound how long
     * @return how the command ended
     * @throws WsTimeoutException if it did not; the session goes on
     * @throws InterruptedException if the caller was interrupted; the session goes on
     */
    public ExecResult await(Duration bound) throws InterruptedException, WsTimeoutException {
        unattended();
        try {
            return ended.get(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException running) {
            throw new WsTimeoutException("the command still runs after " + text(bound), bound);
        } catch (ExecutionException neverSo) {
            throw new IllegalStateException(neverSo);
        }
    }

    private void unattended() {
        if (stdout != null) {
            stdout.dropUnlessClaimed();
        }
        if (stderr != null) {
            stderr.dropUnlessClaimed();
        }
    }

    boolean isEnded() {
        return ended.isDone();
    }

    /**
     * Ends the session on this side, if it has not ended: tells the server, frees everyone who waits, and gives {@link
     * ExecResult.NoStatus} with a {@link SessionCancelledException}. What was received stays readable. Whether the command
     * ends is for the server to decide. Does not block; later calls do nothing.
     */
    @Override
    public void close() {
        cancel(cancelled("the session was closed by its owner"));
    }

    private static SessionCancelledException cancelled(String why) {
        return new SessionCancelledException("cancelled: " + why + "; the command may still run", null);
    }

    /**
     * Waits until the connection is gone: after {@link #close} or a timeout, until the server has answered our Close, or a
     * second has passed. A process that ends before may end before its Close is out, and the server then sees a lost
     * client.
     *
     * @param bound how long at most
     * @return whether the connection is gone
     * @throws InterruptedException if the caller was interrupted
     */
    public boolean awaitDisconnect(Duration bound) throws InterruptedException {
        return upgraded.link().awaitEnd(bound);
    }

    /** For {@link ExecRequest#run}, whose caller cannot. */
    void awaitClose() throws InterruptedException {
        awaitDisconnect(CANCEL_BOUND);
    }

    void cancel(WsStreamException reason) {
        if (ended.isDone() || cancelReason != null) {
            return;
        }
        cancelReason = reason;
        // A status that has come decides; the end of the connection will say so.
        if (exec.connection().state() != SessionState.STATUS) {
            exec.stdout().end();
            exec.stderr().end();
            finish(new ExecResult.NoStatus(reason));
        }
        // On the timer, for a thread of the caller's would wait where the server takes nothing.
        LinkTimer.soon(() -> {
            exec.connection().close(CloseCode.NORMAL, "cancelled");
            upgraded.link().close(CANCEL_BOUND);
        });
    }

    /** The outputs end by themselves, once their readers have taken what came before. */
    private void finish(ExecResult result) {
        if (!(result instanceof ExecResult.NoStatus)) {
            upgraded.markProperEnd();
        }
        ended.complete(result);
        release();
    }

    private void release() {
        sessions.remove(cancelWithClient);
        Future<?> bound = timeout;
        if (bound != null) {
            bound.cancel(false);
        }
        StdinPump pumping = pump;
        if (pumping != null) {
            pumping.stop();
        }
    }

    /** One object, so that it can be removed again. */
    private final class ClientClosed implements Runnable {
        @Override
        public void run() {
            cancel(cancelled("the client was closed"));
        }
    }

    private final class Ending implements ClientExec.Listener {
        @Override
        public void onIgnored(String what) {
            LOG.debug("{}: {}", upgraded.link().peer(), what);
        }

        @Override
        public void onResult(ExecResult result) {
            WsStreamException reason = cancelReason;
            finish(reason != null && result instanceof ExecResult.NoStatus ? new ExecResult.NoStatus(reason) : result);
        }
    }
}
