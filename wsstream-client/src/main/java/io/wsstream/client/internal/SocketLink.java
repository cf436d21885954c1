package io.wsstream.client.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.transport.ByteLink;
import io.wsstream.core.websocket.WebSocketTransport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of a connection over a blocking socket, plain or TLS.
 *
 * <pre>
 *  user thread --write, when nothing is queued--> socket      SocketReader: socket --> transport.receive
 *  any LinkThread --write--> queue --writer--> socket         timer:        transport.tick, once a second
 *  user thread, small frames at once --^
 * </pre>
 *
 * <p><b>Threads:</b> two daemons of its own, {@code wsstream-read-HOST:PORT} and {@code wsstream-write-HOST:PORT}, whose
 * work ends with the link, and the {@link LinkTimer} shared by all links, which never writes and so ticks on while any other
 * thread is stuck in a write. A caller that is no {@link LinkThread} writes to the socket itself when nothing is queued:
 * no hand-off between the key and the wire, nor, see {@link SocketReader}, between the wire and who reads much. Small frames
 * that it writes one right after the other are left to the writer, which sends them together. <b>Blocking:</b> only such a
 * caller, and the writer, while the peer does not read; {@link #abort} frees both, since it closes the socket below TLS and
 * waits for no lock. An interrupt neither frees nor breaks a write: java.net sockets ignore it, which is why this is no
 * SocketChannel; those of virtual threads do not, which therefore queue what they write. <b>Memory:</b> the reader's buffer;
 * a queue that the transport above bounds; up to {@value #GATHER_BYTES} bytes of small frames copied together.
 */
public final class SocketLink implements ByteLink {
    private static final Logger LOG = LoggerFactory.getLogger(SocketLink.class);

    private static final int GATHER_BYTES = 64 * 1024;

    /** Frames up to this size that follow each other are gathered. */
    private static final int SMALL_BYTES = 4 * 1024;

    /** Less than an answer takes to come, so that it is no answer which the next frame waited for. */
    private static final long FOLLOWS_NANOS = 10_000;

    private static final Duration TICK = Duration.ofSeconds(1);

    /** After our last byte: how long the peer has to end its side. */
    private static final Duration END_BOUND = Duration.ofSeconds(2);

    private final String peer;
    private final Socket raw;
    private final Socket stream;
    private final OutputStream out;
    private final SocketReader input;

    /** Protects the output; a leaf. */
    private final Object writeLock = new Object();

    @GuardedBy("writeLock")
    private final ArrayDeque<Outbound> queue = new ArrayDeque<>();

    /** Some thread is writing to the socket. */
    @GuardedBy("writeLock")
    private boolean writing;

    @GuardedBy("writeLock")
    private long lastWriteNanos;

    @GuardedBy("writeLock")
    private boolean closing;

    @GuardedBy("writeLock")
    private boolean readerEnded;

    /** Set once nothing can be written any more. */
    @GuardedBy("writeLock")
    private @Nullable Throwable outputFailure;

    private volatile boolean aborted;
    private volatile boolean over;
    private final AtomicBoolean bounded = new AtomicBoolean();
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile @Nullable Future<?> lastBound;
    private volatile @Nullable Future<?> ticks;

    /**
     * A link that neither reads nor writes yet.
     *
     * @param peer host and port, for the names of threads
     * @param raw the TCP socket
     * @param stream the same, or TLS over it
     * @param leftover bytes that came with the answer to the upgrade
     * @throws IOException if the socket is closed already
     */
    SocketLink(String peer, Socket raw, Socket stream, ByteBuffer leftover) throws IOException {
        this.peer = peer;
        this.raw = raw;
        this.stream = stream;
        this.out = stream.getOutputStream();
        this.input = new SocketReader(raw, stream, leftover);
    }

    /** Starts the threads; bytes flow once the transport resumes reads. */
    void start(WebSocketTransport transport, Runnable onClosed) {
        ticks = LinkTimer.every(TICK, () -> transport.tick(System.nanoTime()));
        LinkThread.start(() -> read(transport), "wsstream-read-" + peer);
        LinkThread.start(() -> keep(onClosed), "wsstream-write-" + peer);
    }

    /** {@return host and port of the server} */
    public String peer() {
        return peer;
    }

    // ---------------------------------------------------------------- input

    private void read(WebSocketTransport transport) {
        Throwable failure = null;
        try {
            input.run(transport::receive);
        } catch (IOException | RuntimeException | Error broken) {
            // An Error too: whoever waits for the end would wait for ever.
            failure = aborted ? null : broken;
            abort();
        }
        // First the news, then the rest of our output: a Close that answers the peer's may still be on its way.
        try {
            transport.linkClosed(failure);
        } catch (RuntimeException bug) {
            LOG.warn("the end of the connection to {} could not be told", peer, bug);
        }
        synchronized (writeLock) {
            readerEnded = true;
            closing = true;
            writeLock.notifyAll();
        }
        abortAfter(END_BOUND);
    }

    @Override
    public boolean readHere() {
        return input.readHere();
    }

    @Override
    public void pauseReads() {
        input.pause();
    }

    @Override
    public void resumeReads() {
        input.resume();
    }

    // ---------------------------------------------------------------- output

    @Override
    public void write(Outbound outbound) {
        Throwable failed;
        boolean direct;
        synchronized (writeLock) {
            failed = outputFailure;
            direct =
                    failed == null && !writing && queue.isEmpty() && !closing && !isOneOfMany(outbound) && !mustQueue();
            if (direct) {
                writing = true;
            } else if (failed == null) {
                queue.add(outbound);
                writeLock.notifyAll();
            }
        }
        if (failed != null) {
            outbound.onSent(failed);
        } else if (direct) {
            outbound.onSent(send(outbound.bytes()));
        }
    }

    /** Small frames that come at once cost less when the writer sends them together, than by a write of the socket each. */
    @GuardedBy("writeLock")
    private boolean isOneOfMany(Outbound outbound) {
        return outbound.bytes().remaining() <= SMALL_BYTES && System.nanoTime() - lastWriteNanos < FOLLOWS_NANOS;
    }

    /** {@return whether the connection depends on the calling thread, or an interrupt of that would close the socket} */
    private boolean mustQueue() {
        return Thread.currentThread() instanceof LinkThread
                || input.isReadByCurrentThread()
                || VirtualThreads.isCurrent();
    }

    /** Writes with the turn taken, and gives the turn back. */
    private @Nullable Throwable send(ByteBuffer bytes) {
        Throwable failure = null;
        try {
            if (bytes.hasArray()) {
                out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            } else {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                out.write(copy);
            }
        } catch (IOException | RuntimeException broken) {
            failure = broken;
        }
        synchronized (writeLock) {
            writing = false;
            lastWriteNanos = System.nanoTime();
            if (failure != null && outputFailure == null) {
                // The input is left alone: the reason why may still be waiting there.
                outputFailure = failure;
            }
            if (failure != null || closing || !queue.isEmpty()) {
                writeLock.notifyAll();
            }
        }
        return failure;
    }

    /** The writer thread: writes what is queued, then ends the output, and the socket with it. */
    private void keep(Runnable onClosed) {
        try {
            byte[] gathered = new byte[0];
            while (true) {
                List<Outbound> batch = nextBatch();
                if (batch.isEmpty()) {
                    break;
                }
                ByteBuffer bytes = batch.get(0).bytes();
                if (batch.size() > 1) {
                    gathered = gathered.length == 0 ? new byte[GATHER_BYTES] : gathered;
                    bytes = ByteBuffer.wrap(gathered);
                    for (Outbound part : batch) {
                        bytes.put(part.bytes());
                    }
                    bytes.flip();
                }
                Throwable failure = send(bytes);
                batch.forEach(part -> part.onSent(failure));
            }
            failQueue();
            endOutput();
        } catch (RuntimeException bug) {
            LOG.warn("the writer of the connection to {} failed", peer, bug);
        } finally {
            abort();
            failQueue();
            over = true;
            cancel(ticks);
            cancel(lastBound);
            gone.countDown();
            onClosed.run();
        }
    }

    private static void cancel(@Nullable Future<?> timed) {
        if (timed != null) {
            timed.cancel(false);
        }
    }

    /** Waits for frames and takes the turn; none means that no more will come. */
    private List<Outbound> nextBatch() {
        List<Outbound> batch = new ArrayList<>();
        synchronized (writeLock) {
            while (outputFailure == null && (writing || (queue.isEmpty() && !closing))) {
                await();
            }
            if (outputFailure != null) {
                return batch;
            }
            int bytes = 0;
            while (!queue.isEmpty()) {
                int next = queue.element().bytes().remaining();
                if (!batch.isEmpty() && bytes + next > GATHER_BYTES) {
                    break;
                }
                bytes += next;
                batch.add(queue.remove());
            }
            writing = !batch.isEmpty();
        }
        return batch;
    }

    private void failQueue() {
        while (true) {
            Outbound next;
            Throwable failure;
            synchronized (writeLock) {
                next = queue.poll();
                failure = outputFailure;
            }
            if (next == null) {
                return;
            }
            next.onSent(failure == null ? new ConnectionLostException("closed", null) : failure);
        }
    }

    /**
     * Says that no byte will follow, and gives the peer a moment to say so too. When the output has failed there is
     * nothing to say, and the input may still hold the reason: it is read to its end.
     */
    private void endOutput() {
        boolean failed;
        synchronized (writeLock) {
            failed = outputFailure != null;
        }
        if (!failed) {
            abortAfter(END_BOUND);
            try {
                stream.shutdownOutput();
            } catch (IOException goneAlready) {
                return;
            }
        }
        synchronized (writeLock) {
            while (!readerEnded && !aborted) {
                await();
            }
        }
    }

    @GuardedBy("writeLock")
    @SuppressWarnings("WaitNotInLoop") // Both callers loop.
    private void await() {
        try {
            writeLock.wait();
        } catch (InterruptedException nobodyInterruptsThisThread) {
            outputFailure = nobodyInterruptsThisThread;
        }
    }

    @Override
    public void close() {
        input.removeGate(); // What still comes is dropped above; the peer's end must be seen.
        synchronized (writeLock) {
            closing = true;
            writeLock.notifyAll();
        }
    }

    /**
     * Closes once all that was written is out, or when a bound has passed.
     *
     * @param bound from now
     */
    public void close(Duration bound) {
        close();
        abortAfter(bound);
    }

    /**
     * Waits until the socket is closed.
     *
     * @param bound how long
     * @return whether it is
     * @throws InterruptedException if the caller was interrupted
     */
    public boolean awaitEnd(Duration bound) throws InterruptedException {
        return gone.await(bound.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The first bound counts. */
    private void abortAfter(Duration bound) {
        if (bounded.compareAndSet(false, true)) {
            Future<?> set = LinkTimer.after(bound, this::abort);
            lastBound = set;
            if (over) {
                set.cancel(false);
            }
        }
    }

    @Override
    public void abort() {
        aborted = true;
        synchronized (writeLock) {
            if (outputFailure == null) {
                outputFailure = new ConnectionLostException("the connection was closed", null);
            }
            closing = true;
            writeLock.notifyAll();
        }
        try {
            raw.close();
        } catch (IOException nothingToBeDone) {
            LOG.debug("closing the socket to {}", peer, nothingToBeDone);
        }
        input.stop();
    }
}
