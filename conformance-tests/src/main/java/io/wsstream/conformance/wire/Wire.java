package io.wsstream.conformance.wire;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One TCP or TLS connection, to be written and read as bytes and frames. Writing never blocks the caller: a thread of its
 * own does it, so that a peer that does not read cannot stop a script. Every read has a bound.
 *
 * <p><b>Threads:</b> one caller; one writer, which {@link #close} frees. <b>Memory:</b> what is written and not taken yet.
 */
public final class Wire implements Closeable {
    /** How the peer's direction ended. */
    public enum End {
        /** By FIN: nothing more comes, everything before it came. */
        FINISHED,
        /** By RST, or another failure of TCP or TLS. */
        BROKEN
    }

    private final Socket tcp;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final FrameParser parser = new FrameParser();
    private final byte[] readBuffer = new byte[64 << 10];
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable End end;

    /** Protects the three below. */
    private final Object queueLock = new Object();

    private final Deque<byte[]> queue = new ArrayDeque<>();
    private long queuedBytes;
    private long takenBytes;

    private Wire(Socket tcp, Socket socket) throws IOException {
        this.tcp = tcp;
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
        tcp.setTcpNoDelay(true);
        Thread writer = new Thread(this::write, "conformance-write-" + tcp.getLocalPort());
        writer.setDaemon(true);
        writer.start();
    }

    /** {@return a wire over a connected socket} */
    public static Wire over(Socket tcp) throws IOException {
        return new Wire(tcp, tcp);
    }

    /** {@return a wire over TLS, whose handshake is through} */
    public static Wire over(Socket tcp, SSLSocket tls) throws IOException {
        return new Wire(tcp, tls);
    }

    /** Sends bytes, in order, as fast as the peer takes them. */
    public void send(byte[] bytes) {
        synchronized (queueLock) {
            queue.add(bytes);
            queuedBytes += bytes.length;
            queueLock.notifyAll();
        }
    }

    private void write() {
        try {
            while (true) {
                byte[] next;
                synchronized (queueLock) {
                    while (queue.isEmpty()) {
                        if (closed.getCount() == 0) {
                            return;
                        }
                        queueLock.wait(1000);
                    }
                    next = queue.getFirst();
                }
                for (int from = 0; from < next.length; from += 64 << 10) {
                    int count = Math.min(64 << 10, next.length - from);
                    out.write(next, from, count);
                    synchronized (queueLock) {
                        takenBytes += count;
                    }
                }
                out.flush();
                synchronized (queueLock) {
                    queue.removeFirst();
                    queueLock.notifyAll();
                }
            }
        } catch (IOException | InterruptedException gone) {
            // The reading side tells how the connection ended.
            synchronized (queueLock) {
                queue.clear();
                queueLock.notifyAll();
            }
        }
    }

    /** {@return how many of the bytes sent are with this machine's TCP, or the peer's} */
    public long takenBytes() {
        synchronized (queueLock) {
            return takenBytes;
        }
    }

    /** {@return how many bytes were sent, whether taken or not} */
    public long sentBytes() {
        synchronized (queueLock) {
            return queuedBytes;
        }
    }

    /** {@return whether everything is written before the bound passes} */
    public boolean awaitWritten(Duration bound) throws InterruptedException {
        long deadline = System.nanoTime() + bound.toNanos();
        synchronized (queueLock) {
            while (!queue.isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                queueLock.wait(left / 1_000_000 + 1);
            }
            return true;
        }
    }

    /** Waits, neither reading nor writing. */
    public void idle(Duration time) throws InterruptedException {
        boolean unused = closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends our direction with a FIN, after all that was sent. */
    public void finish() throws IOException, InterruptedException {
        boolean unused = awaitWritten(Duration.ofSeconds(10));
        socket.shutdownOutput();
        if (socket != tcp) {
            tcp.shutdownOutput(); // What came before was the close_notify of TLS.
        }
    }

    /** Ends the connection with a RST. */
    public void reset() throws IOException, InterruptedException {
        boolean unused = awaitWritten(Duration.ofSeconds(10));
        tcp.setSoLinger(true, 0);
        tcp.close();
    }

    /**
     * Reads the head of a request or a response.
     *
     * @return null when the connection ends or the bound passes before it is whole; {@link #end()} tells which
     */
    public @Nullable HttpHead readHead(Duration bound) {
        long deadline = System.nanoTime() + bound.toNanos();
        do {
            byte[] head = parser.takeHead();
            if (head != null) {
                return HttpHead.parse(head);
            }
        } while (parser.pending() < 1 << 20 && fill(deadline));
        return null;
    }

    /** {@return up to so many bytes; fewer when the connection ends or the bound passes} */
    public byte[] readBytes(int count, Duration bound) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (parser.pending() < count && fill(deadline)) {
            // More has come.
        }
        return parser.take(count);
    }

    /**
     * Reads the next frame.
     *
     * @return null when the connection ends or the bound passes before it is whole; {@link #end()} tells which
     */
    public @Nullable Frame readFrame(Duration bound) {
        long deadline = System.nanoTime() + bound.toNanos();
        do {
            Frame frame = parser.next();
            if (frame != null) {
                return frame;
            }
        } while (fill(deadline));
        return null;
    }

    /** {@return the length that the next frame says it has, once that is known and while it is not whole; otherwise 0} */
    public long unfinishedLength() {
        return parser.unfinishedLength();
    }

    /** {@return how the peer's direction ended; null while it has not} */
    public @Nullable End end() {
        return end;
    }

    /** {@return the bytes after the last whole frame, up to so many} */
    public byte[] rest(int count) {
        return parser.take(count);
    }

    /** Reads what is there, or waits for it. */
    private boolean fill(long deadline) {
        if (end != null) {
            return false;
        }
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left < 0) {
            return false;
        }
        try {
            socket.setSoTimeout((int) Math.max(1, left));
            int count = in.read(readBuffer);
            if (count < 0) {
                end = End.FINISHED;
                return false;
            }
            parser.add(readBuffer, count);
            return true;
        } catch (SocketTimeoutException nothingCame) {
            return false;
        } catch (IOException broken) {
            end = End.BROKEN;
            return false;
        }
    }

    /** Closes TCP at once; idempotent. */
    @Override
    public void close() throws IOException {
        closed.countDown();
        synchronized (queueLock) {
            queueLock.notifyAll();
        }
        tcp.close();
    }
}
