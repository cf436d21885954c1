package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process with blocking streams, for who has a thread to spend: no thread is made here.
 *
 * <p>An output that is not read holds up the process when 256 KiB wait and the kernel's buffer is full, and with it the
 * report of its exit: read both outputs, or close the one that is of no use, which then goes nowhere.
 *
 * <p><b>Threads:</b> any; each stream one at a time, its close from any. <b>Blocking:</b> reads until there is something
 * or the output has ended, writes until stdin has taken all; closing the stream frees them. <b>Memory:</b> 256 KiB an
 * output, and one buffer more.
 */
public final class PtyStreams implements AutoCloseable {
    private static final int HIGH_BYTES = 256 * 1024;

    private final PtyProcess process;
    private final Listener listener;
    private final Output stdout;
    private final Output stderr;
    private final Stdin stdin;

    private PtyStreams(PtyProcess process, Listener listener) {
        this.process = process;
        this.listener = listener;
        this.stdout = listener.stdout;
        this.stderr = listener.stderr;
        this.stdin = new Stdin();
    }

    /**
     * Starts a process.
     *
     * @param runtime runs it
     * @param spec what to run
     * @return its streams
     * @throws PtyException if it cannot be started
     */
    public static PtyStreams spawn(PtyRuntime runtime, PtySpec spec) throws PtyException {
        Listener listener = new Listener();
        return new PtyStreams(runtime.spawn(spec, listener), listener);
    }

    /** {@return the process, to resize, signal and end it; its output is taken already} */
    public PtyProcess process() {
        return process;
    }

    /** {@return its stdout; all output on a terminal} */
    public InputStream stdout() {
        return stdout;
    }

    /** {@return its stderr; at its end from the beginning on a terminal} */
    public InputStream stderr() {
        return stderr;
    }

    /** {@return its stdin; closing it ends the input as {@link PtyProcess#closeInput} does} */
    public OutputStream stdin() {
        return stdin;
    }

    /**
     * Waits for the end of the process and of its outputs.
     *
     * @param bound how long at most
     * @return how it ended
     * @throws TimeoutException if it has not; it runs on
     * @throws InterruptedException if interrupted meanwhile; it runs on
     */
    public PtyExit await(Duration bound) throws InterruptedException, TimeoutException {
        try {
            return process.exit().toCompletableFuture().get(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException abandoned) {
            throw new IllegalStateException("process " + process.pid() + " was left behind", abandoned);
        }
    }

    /** Closes the streams, and ends the process by the policy of its {@link PtySpec}. Does not wait. */
    @Override
    public void close() {
        stdout.close();
        stderr.close();
        stdin.close();
        process.close();
    }

    private static final class Listener implements PtyListener {
        final Output stdout = new Output(PtyStream.STDOUT);
        final Output stderr = new Output(PtyStream.STDERR);

        /** Stdin may take more, or nothing ever again. */
        private final Object room = new Object();

        @GuardedBy("room")
        private long roomNews;

        @Override
        public void onStart(PtyProcess started) {
            stdout.begin(started);
            stderr.begin(started);
            if (started.terminal()) {
                stderr.end();
            }
        }

        @Override
        public void onOutput(PtyOutput output) {
            (output.source() == PtyStream.STDOUT ? stdout : stderr).add(output);
        }

        @Override
        public void onOutputEnd(PtyStream source) {
            (source == PtyStream.STDOUT ? stdout : stderr).end();
        }

        @Override
        public void onInputWritable() {
            synchronized (room) {
                roomNews++;
                room.notifyAll();
            }
        }

        @Override
        public void onExit(PtyExit exit) {
            stdout.end();
            stderr.end();
            onInputWritable();
        }

        long roomNews() {
            synchronized (room) {
                return roomNews;
            }
        }

        void awaitRoom(long seen) throws InterruptedException {
            synchronized (room) {
                while (roomNews == seen) {
                    room.wait();
                }
            }
        }
    }

    /** What was read of one output and not taken yet. */
    private static final class Output extends InputStream {
        private final PtyStream source;
        private final Object lock = new Object();

        @GuardedBy("lock")
        private final ArrayDeque<PtyOutput> waiting = new ArrayDeque<>();

        @GuardedBy("lock")
        private int waitingBytes;

        @GuardedBy("lock")
        private boolean ended;

        @GuardedBy("lock")
        private boolean closed;

        private volatile PtyProcess process;

        @SuppressWarnings("NullAway.Init") // onStart is the listener's first call
        Output(PtyStream source) {
            this.source = source;
        }

        void begin(PtyProcess started) {
            process = started;
        }

        void add(PtyOutput output) {
            boolean full;
            synchronized (lock) {
                if (closed) {
                    output.release();
                    return;
                }
                waiting.add(output);
                waitingBytes += output.bytes().remaining();
                full = waitingBytes >= HIGH_BYTES;
                lock.notifyAll();
            }
            if (full) {
                process.pauseOutput(source);
                resumeIfRoom(); // It was taken meanwhile, and nobody would resume again.
            }
        }

        void end() {
            synchronized (lock) {
                ended = true;
                lock.notifyAll();
            }
        }

        private void resumeIfRoom() {
            boolean room;
            synchronized (lock) {
                room = waitingBytes < HIGH_BYTES / 2;
            }
            if (room) {
                process.resumeOutput(source);
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, to.length);
            if (length == 0) {
                return 0;
            }
            int taken = 0;
            synchronized (lock) {
                while (waiting.isEmpty() && !ended && !closed) {
                    try {
                        lock.wait();
                    } catch (InterruptedException interrupted) {
                        throw interrupted("interrupted while the process wrote nothing");
                    }
                }
                if (closed) {
                    throw new IOException("the stream is closed");
                }
                for (PtyOutput next = waiting.peek(); next != null && taken < length; next = waiting.peek()) {
                    ByteBuffer bytes = next.bytes();
                    int count = Math.min(length - taken, bytes.remaining());
                    bytes.get(to, offset + taken, count);
                    taken += count;
                    if (!bytes.hasRemaining()) {
                        waiting.remove();
                        next.release();
                    }
                }
                waitingBytes -= taken;
            }
            if (taken > 0) {
                resumeIfRoom();
            }
            return taken == 0 ? -1 : taken;
        }

        @Override
        public int available() {
            synchronized (lock) {
                return closed ? 0 : waitingBytes;
            }
        }

        /** What comes from now on goes nowhere. */
        @Override
        public void close() {
            synchronized (lock) {
                closed = true;
                waiting.forEach(PtyOutput::release);
                waiting.clear();
                waitingBytes = 0;
                lock.notifyAll();
            }
            process.resumeOutput(source);
        }
    }

    private final class Stdin extends OutputStream {
        private volatile boolean closed;

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(from, offset, length);
            while (bytes.hasRemaining()) {
                long seen = listener.roomNews();
                if (closed) {
                    throw new IOException("the stream is closed");
                }
                if (process.write(bytes) < 0) {
                    throw new IOException("nobody reads the stdin of process " + process.pid() + " any more");
                }
                if (bytes.hasRemaining()) {
                    try {
                        listener.awaitRoom(seen);
                    } catch (InterruptedException interrupted) {
                        throw interrupted("interrupted while stdin took nothing");
                    }
                }
            }
        }

        @Override
        public void close() {
            closed = true;
            process.closeInput();
            listener.onInputWritable(); // frees a writer
        }
    }

    private static InterruptedIOException interrupted(String what) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException(what);
    }
}
