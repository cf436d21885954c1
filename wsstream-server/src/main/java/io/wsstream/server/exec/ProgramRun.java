package io.wsstream.server.exec;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusError;
import io.wsstream.core.stream.ByteSink;
import io.wsstream.core.stream.ByteSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session of an {@link ExecProgram}: its thread, and the client on the other side.
 *
 * <p><b>Threads:</b> {@link #run} on the executor's; all else on I/O and timer threads.
 */
final class ProgramRun implements ExecSession.Client, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgramRun.class);
    private static final Duration FIRST_SIZE = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(3);

    private final ExecSession session;
    private final ExecProgram program;
    private final Input input = new Input();
    private final ExecStreams streams;
    private volatile boolean gone;

    /** Protects the thread, so that nobody interrupts what it does after this program. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable Thread thread;

    @GuardedBy("lock")
    private boolean interrupted;

    private ProgramRun(ExecSession session, ExecProgram program) {
        this.session = session;
        this.program = program;
        this.streams = new ExecStreams(session, input);
    }

    static void open(ExecSession session, ExecProgram program, Executor threads) {
        ProgramRun run = new ProgramRun(session, program);
        session.start(run);
        if (!session.request().stdin()) {
            run.onInputEnd();
        }
        if (session.request().tty()) {
            session.whenSized(FIRST_SIZE, size -> {
                run.streams.firstSize(size);
                run.begin(threads);
            });
        } else {
            run.begin(threads);
        }
    }

    private void begin(Executor threads) {
        try {
            threads.execute(this);
        } catch (RejectedExecutionException full) {
            LOG.warn("session {}: no thread for its program", session.request().sessionId(), full);
            session.fail(Status.internalError("there is no thread for this command now; try again later"));
        }
    }

    @Override
    public void run() {
        synchronized (lock) {
            thread = Thread.currentThread();
        }
        try {
            session.exit(program.run(streams));
        } catch (StatusError told) {
            session.fail(told.status());
        } catch (Exception | Error failure) { // an AssertionError of a test's program, say: its client is to hear of it
            if (gone) {
                LOG.debug("session {}: its program ended with its client", id(), failure);
            } else {
                LOG.warn("session {}: its program failed", id(), failure);
            }
            session.fail(Status.internalError("the command failed; see the server's log"));
        } finally {
            synchronized (lock) {
                thread = null;
                if (interrupted) {
                    boolean unused = Thread.interrupted(); // ours, and not for whoever has the thread next
                }
            }
        }
    }

    private String id() {
        return session.request().sessionId();
    }

    @Override
    public void onInput(ByteBuffer bytes) {
        input.sink().accept(bytes);
    }

    @Override
    public void onInputEnd() {
        input.sink().end();
    }

    @Override
    public void onResize(TerminalSize size) {
        streams.resize(size);
    }

    @Override
    public void onGone() {
        gone = true;
        session.later(GRACE, this::interrupt);
    }

    private void interrupt() {
        synchronized (lock) {
            if (thread != null) {
                interrupted = true;
                thread.interrupt();
            }
        }
    }

    /** The session's input, on its way into {@link ExecStreams#stdin}. */
    private final class Input implements ByteSource {
        private @Nullable ByteSink sink; // set before the session delivers

        ByteSink sink() {
            return Objects.requireNonNull(sink);
        }

        @Override
        public void deliverTo(ByteSink newSink) {
            sink = newSink;
        }

        @Override
        public void drain() {
            session.drainInput();
        }

        @Override
        public void discard() {
            session.drainInput(); // A closed stream takes all and keeps nothing.
        }
    }
}
