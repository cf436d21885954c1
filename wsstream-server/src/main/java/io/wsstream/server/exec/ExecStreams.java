package io.wsstream.server.exec;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.Channel;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.stream.ByteSource;
import io.wsstream.core.stream.blocking.ChannelInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The client of an {@link ExecProgram}, as streams.
 *
 * <p>When the client goes before the end, {@link #stdin} ends, writes throw, and 3 s later the program's thread is
 * interrupted.
 *
 * <p><b>Threads:</b> one for each stream. <b>Blocking:</b> the streams. <b>Memory:</b> what a slow program has not read
 * and what a slow client has not taken, both bounded.
 */
public final class ExecStreams {
    private static final int STDIN_BUFFER_BYTES = 64 * 1024;

    private final ExecRequest request;
    private final InputStream stdin;
    private final OutputStream stdout;
    private final OutputStream stderr;

    /** Protects the terminal's size; nothing is called under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable TerminalSize size;

    @GuardedBy("lock")
    private Runnable resized = () -> {};

    ExecStreams(ExecSession session, ByteSource input) {
        this.request = session.request();
        this.stdin = new ChannelInputStream(input, STDIN_BUFFER_BYTES);
        this.stdout = session.output(Channel.STDOUT);
        this.stderr = request.tty() ? stdout : session.output(Channel.STDERR);
    }

    /** {@return what the client wants: the command, the pod, who it is} */
    public ExecRequest request() {
        return request;
    }

    /** {@return what the client sends, to its end; at its end at once when the client asked for no stdin} */
    public InputStream stdin() {
        return stdin;
    }

    /** {@return where output goes: each write at once, so that small ones are best collected before} */
    public OutputStream stdout() {
        return stdout;
    }

    /** {@return where errors go; with a tty the same as {@link #stdout}, as on every terminal} */
    public OutputStream stderr() {
        return stderr;
    }

    /**
     * The size of the client's terminal. A program with a tty starts when the client has told it, or after 1 s.
     *
     * @return the latest; null without a tty, or when the client has told none
     */
    public @Nullable TerminalSize size() {
        synchronized (lock) {
            return size;
        }
    }

    /**
     * Says what to do when the client's terminal has a new {@link #size}.
     *
     * @param action called on an I/O thread; must not block
     */
    public void onResize(Runnable action) {
        synchronized (lock) {
            resized = action;
        }
    }

    /** The size with which the program starts, unless a later one is known already. */
    void firstSize(@Nullable TerminalSize first) {
        synchronized (lock) {
            if (size == null) {
                size = first;
            }
        }
    }

    void resize(TerminalSize newSize) {
        Runnable tell;
        synchronized (lock) {
            if (newSize.equals(size)) {
                return;
            }
            size = newSize;
            tell = resized;
        }
        tell.run();
    }
}
