package io.wsstream.client.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The input of a {@link SocketLink}: one thread at a time reads the socket, and hands on what it has read.
 *
 * <pre>
 *  the link's reader:      socket --> receiver     as a rule
 *  who waits for bytes:    socket --> receiver     while much comes, and the reader stands back
 * </pre>
 *
 * <p>Bytes that come faster than they are taken need no thread between the socket and the one that takes them; without it
 * they cost little more than half the processor time. The reader stands back only where somebody has asked, and is back
 * within {@value #LENT_MILLIS} ms of the moment that nobody reads, or nothing comes. Whoever reads hands on all there is,
 * Pings and the end of the session among it.
 *
 * <p>Over TLS the reader never stands back: a read that is given up in the middle of a record is not sure to be taken up
 * again.
 *
 * <p><b>Threads:</b> {@link #run} one; the rest any. <b>Blocking:</b> {@code run}; {@link #readHere} for {@value
 * #LENT_MILLIS} ms. <b>Memory:</b> one buffer of {@value #BUFFER_BYTES} bytes.
 */
final class SocketReader {
    private static final int BUFFER_BYTES = 128 * 1024;

    /** So many reads in a row that bring so much each: more waits than one read takes. */
    private static final int FLOOD_READS = 4;

    private static final int FLOOD_BYTES = BUFFER_BYTES / 2;
    private static final int LENT_MILLIS = 5;

    private final Socket socket;
    private final InputStream in;
    private final boolean lends;
    private final ByteBuffer leftover;
    private volatile Consumer<ByteBuffer> receiver = bytes -> {};

    /** Owner: who reads. */
    private final ByteBuffer buffer = ByteBuffer.wrap(new byte[BUFFER_BYTES]);

    /** Protects the gate and whose turn it is; a leaf. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean paused = true;

    @GuardedBy("lock")
    private boolean gateless;

    /** The reader stands back. */
    @GuardedBy("lock")
    private boolean lent;

    /** Somebody waits, and asked while the reader did not stand back; without such a one it has no reason to. */
    @GuardedBy("lock")
    private boolean asked;

    /** How often it was taken at its word. */
    @GuardedBy("lock")
    private int borrowings;

    /** Who reads in its place just now. */
    private volatile @Nullable Thread borrower;

    /** What the borrower has found, for the reader: the end, or why there is none. */
    @GuardedBy("lock")
    private boolean ended;

    @GuardedBy("lock")
    private @Nullable Throwable failure;

    private volatile boolean stopped;

    /**
     * A reader behind a shut gate.
     *
     * @param socket the TCP socket
     * @param stream the same, or TLS over it
     * @param leftover comes first: bytes that were read already
     * @throws IOException if the socket is closed already
     */
    SocketReader(Socket socket, Socket stream, ByteBuffer leftover) throws IOException {
        this.socket = socket;
        this.in = stream.getInputStream();
        this.lends = stream == socket;
        this.leftover = leftover;
    }

    /**
     * Reads until the peer has ended its side, or {@link #stop}.
     *
     * @param to given what was read, one call at a time; may change the bytes
     * @throws IOException if the socket, or the receiver on a borrowing thread, has failed
     */
    void run(Consumer<ByteBuffer> to) throws IOException {
        receiver = to;
        if (!awaitOpenGate()) {
            return;
        }
        if (leftover.hasRemaining()) {
            to.accept(leftover);
        }
        int large = 0;
        while (awaitOpenGate()) {
            int count = read();
            if (count < 0) {
                return;
            }
            large = count >= FLOOD_BYTES ? large + 1 : 0;
            if (large >= FLOOD_READS && isAskedFor()) {
                large = 0;
                if (!lend()) {
                    return;
                }
            }
        }
    }

    private int read() throws IOException {
        int count = in.read(buffer.array(), 0, BUFFER_BYTES);
        if (count > 0) {
            receiver.accept(buffer.clear().limit(count));
        }
        return count;
    }

    private boolean awaitOpenGate() {
        synchronized (lock) {
            while (paused && !gateless) {
                awaitNews(0);
            }
        }
        return !stopped;
    }

    // ---------------------------------------------------------------- lending

    private boolean isAskedFor() {
        synchronized (lock) {
            boolean was = asked;
            asked = false;
            return was;
        }
    }

    /** Stands back for as long as others read. {@return whether there is more to read} */
    private boolean lend() throws IOException {
        socket.setSoTimeout(LENT_MILLIS);
        synchronized (lock) {
            lent = true;
            int seen;
            do {
                seen = borrowings;
                awaitNews(LENT_MILLIS);
            } while (lent && (borrower != null || borrowings != seen));
            lent = false;
            while (borrower != null) {
                awaitNews(0);
            }
            if (failure != null) {
                throw new IOException(failure.getMessage(), failure);
            }
            if (ended) {
                return false;
            }
        }
        socket.setSoTimeout(0);
        return true;
    }

    /**
     * Reads once on the calling thread if the reader stands back.
     *
     * @return whether it did, be it in vain; if not, the reader reads
     */
    boolean readHere() {
        if (!lends || VirtualThreads.isCurrent()) {
            return false; // Interrupted in a read, a virtual thread would close the socket.
        }
        synchronized (lock) {
            if (!lent || borrower != null || (paused && !gateless)) {
                asked = true;
                return false;
            }
            borrower = Thread.currentThread();
            borrowings++;
        }
        boolean more = false;
        boolean end = false;
        Throwable broken = null;
        try {
            end = read() < 0;
            more = !end;
        } catch (SocketTimeoutException nothingCame) {
            // The flood is over.
        } catch (IOException | RuntimeException | Error thrown) {
            broken = thrown; // the reader's, as if it had read
        }
        synchronized (lock) {
            borrower = null;
            ended = end;
            failure = broken;
            lent &= more;
            if (!lent) {
                lock.notifyAll();
            }
        }
        return true;
    }

    /** {@return whether the calling thread is reading just now, and must not wait for the peer} */
    boolean isReadByCurrentThread() {
        return borrower == Thread.currentThread();
    }

    // ---------------------------------------------------------------- the gate

    /** Stops reading after the buffer being handled. */
    void pause() {
        synchronized (lock) {
            paused = true;
        }
    }

    /** Reads again. */
    void resume() {
        synchronized (lock) {
            paused = false;
            lock.notifyAll();
        }
    }

    /** From now on no pause counts: all is read until the end. */
    void removeGate() {
        synchronized (lock) {
            gateless = true;
            lock.notifyAll();
        }
    }

    /** Reads no more, once the socket is closed. */
    void stop() {
        stopped = true;
        removeGate();
    }

    @GuardedBy("lock")
    @SuppressWarnings("WaitNotInLoop") // All callers loop.
    private void awaitNews(long millis) {
        try {
            lock.wait(millis);
        } catch (InterruptedException nobodyInterruptsThisThread) {
            stopped = true;
            gateless = true;
        }
    }
}
