package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.wsstream.pty.internal.posix.Errno;
import io.wsstream.pty.internal.posix.Terminals;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * stdin of a process.
 *
 * <pre>
 *   OPEN -close()-> CLOSING -VEOF typed, or nothing to type-> CLOSED
 *     \--- nobody reads any more ------------------------------^
 * </pre>
 *
 * <p><b>Threads:</b> {@link #write} and {@link #close} any; the rest belongs to the loop thread. The lock orders writers
 * and keeps the state; under it only non-blocking calls on the descriptor are made.
 */
final class Input {
    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private static final int SCRATCH_BYTES = 2;

    private final Child child;
    private final @Nullable Descriptor descriptor;
    private final Object lock = new Object();

    // Written under the lock; read by the loop without it, which must not wait for a writer with a long text.
    private volatile State state;
    /** A write took less than it was offered, or VEOF still has to be typed. */
    private volatile boolean wantsRoom;

    @GuardedBy("lock")
    private int endOfFilesToType;

    @GuardedBy("lock")
    private byte endOfFile;

    @GuardedBy("lock")
    private byte lastByte = '\n';

    Input(Child child, @Nullable Descriptor descriptor) {
        this.child = child;
        this.descriptor = descriptor;
        this.state = descriptor == null ? State.CLOSED : State.OPEN;
    }

    int write(ByteBuffer src) {
        Descriptor to = descriptor;
        if (to == null) {
            return -1;
        }
        boolean tellLoop;
        int taken;
        synchronized (lock) {
            if (state != State.OPEN) {
                return -1;
            }
            taken = src.isDirect() ? writeDirect(to, src) : writeHeap(to, src);
            if (taken >= 0 && src.hasRemaining()) {
                wantsRoom = true;
            }
            tellLoop = wantsRoom || taken < 0;
        }
        if (tellLoop) {
            child.touch();
        }
        return taken;
    }

    void close() {
        synchronized (lock) {
            if (state != State.OPEN) {
                return;
            }
            state = State.CLOSING;
            Descriptor d = descriptor;
            if (d != null && child.spec().hasTerminal()) {
                prepareEndOfFile(d);
                typeEndOfFile(d);
            } else {
                state = State.CLOSED;
            }
        }
        child.touch();
    }

    /** {@return whether the loop has to watch for room} */
    boolean wantsRoom() {
        return wantsRoom;
    }

    /** {@return whether nothing will be written any more, so that a pipe is to be closed} */
    boolean finished() {
        return state == State.CLOSED;
    }

    /** There is room, or nobody reads any more. {@return whether the listener waits to hear that} */
    boolean roomCame() {
        synchronized (lock) {
            wantsRoom = false;
            Descriptor d = descriptor;
            if (state == State.CLOSING && d != null) {
                typeEndOfFile(d);
                return false;
            }
            return state == State.OPEN;
        }
    }

    /** The process has ended: nothing is written any more. */
    void abandon() {
        synchronized (lock) {
            state = State.CLOSED;
            wantsRoom = false;
        }
    }

    @GuardedBy("lock")
    private int writeHeap(Descriptor to, ByteBuffer src) {
        Chunk chunk = child.loop().pool().large();
        try {
            int total = 0;
            while (src.hasRemaining()) {
                int count = Math.min(src.remaining(), ChunkPool.READ_BYTES);
                chunk.buffer.clear().put(0, src, src.position(), count);
                int n = to.write(chunk.address, count);
                if (n > 0) {
                    lastByte = src.get(src.position() + n - 1);
                    src.position(src.position() + n);
                    total += n;
                }
                if (n < count && (n <= 0 || !child.spec().hasTerminal())) {
                    return n >= 0 || n == -Errno.EAGAIN ? total : broken(total);
                }
            }
            return total;
        } finally {
            child.loop().pool().giveBack(chunk);
        }
    }

    @GuardedBy("lock")
    private int writeDirect(Descriptor to, ByteBuffer src) {
        long base = Pointer.nativeValue(Native.getDirectBufferPointer(src));
        try {
            int total = 0;
            while (src.hasRemaining()) {
                int count = src.remaining();
                int n = to.write(base + src.position(), count);
                if (n > 0) {
                    lastByte = src.get(src.position() + n - 1);
                    src.position(src.position() + n);
                    total += n;
                }
                if (n < count && (n <= 0 || !child.spec().hasTerminal())) {
                    return n >= 0 || n == -Errno.EAGAIN ? total : broken(total);
                }
            }
            return total;
        } finally {
            Reference.reachabilityFence(src);
        }
    }

    @GuardedBy("lock")
    private int broken(int total) {
        state = State.CLOSED;
        return total > 0 ? total : -1;
    }

    /** Asks the terminal how it reads now: VEOF ends input only while it edits lines. */
    @GuardedBy("lock")
    private void prepareEndOfFile(Descriptor to) {
        Terminals.InputMode mode = to.inputMode(child.loop().layout());
        if (mode == null || !mode.canonical() || mode.endOfFile() == 0) {
            return;
        }
        endOfFile = mode.endOfFile();
        boolean atLineStart =
                lastByte == '\n' || lastByte == mode.endOfFile() || (lastByte == '\r' && mode.carriageReturnEndsLine());
        // The first VEOF after a line that was begun only hands that line over.
        endOfFilesToType = atLineStart ? 1 : SCRATCH_BYTES;
    }

    @GuardedBy("lock")
    private void typeEndOfFile(Descriptor to) {
        if (endOfFilesToType > 0) {
            Chunk chunk = child.loop().pool().large();
            try {
                chunk.buffer.put(0, endOfFile).put(1, endOfFile);
                int n = to.write(chunk.address, endOfFilesToType);
                if (n == -Errno.EAGAIN || n == 0) {
                    wantsRoom = true;
                    return;
                }
                endOfFilesToType = n < 0 ? 0 : endOfFilesToType - n;
                if (endOfFilesToType > 0) {
                    wantsRoom = true;
                    return;
                }
            } finally {
                child.loop().pool().giveBack(chunk);
            }
        }
        state = State.CLOSED;
    }
}
