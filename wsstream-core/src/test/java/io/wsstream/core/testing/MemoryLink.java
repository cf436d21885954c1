package io.wsstream.core.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.transport.ByteLink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A link whose other end is the test: what is written waits until the test takes it, so back-pressure is the test's. */
public final class MemoryLink implements ByteLink {
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ArrayDeque<Outbound> waiting = new ArrayDeque<>();

    @GuardedBy("lock")
    private boolean paused = true;

    @GuardedBy("lock")
    private boolean closing;

    @GuardedBy("lock")
    private boolean aborted;

    @GuardedBy("lock")
    private int writtenAfterClose;

    private final int recordBytes;
    private volatile Runnable onWrite = () -> {};
    private volatile Runnable onPause = () -> {};

    public MemoryLink() {
        this(0);
    }

    /** With records, as of TLS. */
    public MemoryLink(int recordBytes) {
        this.recordBytes = recordBytes;
    }

    @Override
    public int recordBytes() {
        return recordBytes;
    }

    /** Runs within each write, before the link has the bytes. */
    public void onWrite(Runnable newOnWrite) {
        onWrite = newOnWrite;
    }

    /** Runs within each pause, before reads are paused. */
    public void onPause(Runnable newOnPause) {
        onPause = newOnPause;
    }

    @Override
    public void write(Outbound outbound) {
        onWrite.run();
        boolean refused;
        synchronized (lock) {
            refused = aborted || closing;
            if (refused) {
                writtenAfterClose++;
            } else {
                waiting.add(outbound);
            }
        }
        if (refused) {
            outbound.onSent(new IOException("the link is closed"));
        }
    }

    /** Takes up to so many bytes, and tells the connection of each buffer that is out. */
    public byte[] take(int max) {
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        while (true) {
            Outbound sent = null;
            synchronized (lock) {
                Outbound head = waiting.peek();
                if (head == null) {
                    return taken.toByteArray();
                }
                ByteBuffer bytes = head.bytes();
                byte[] piece = new byte[Math.min(max - taken.size(), bytes.remaining())];
                bytes.get(piece);
                taken.writeBytes(piece);
                if (!bytes.hasRemaining()) {
                    sent = waiting.poll();
                }
            }
            if (sent == null) {
                return taken.toByteArray();
            }
            sent.onSent(null);
        }
    }

    /** Takes one buffer's bytes. */
    public byte[] takeOne() {
        Outbound head;
        byte[] bytes;
        synchronized (lock) {
            head = waiting.remove();
            bytes = new byte[head.bytes().remaining()];
            head.bytes().get(bytes);
        }
        head.onSent(null);
        return bytes;
    }

    /** Takes all that waits. */
    public byte[] takeAll() {
        return take(Integer.MAX_VALUE);
    }

    /** The link breaks: what waits will not be sent. */
    public void dropWaiting() {
        while (true) {
            Outbound dropped;
            synchronized (lock) {
                aborted = true;
                dropped = waiting.poll();
            }
            if (dropped == null) {
                return;
            }
            dropped.onSent(new IOException("reset"));
        }
    }

    /** {@return how many buffers wait} */
    public int waiting() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    /** {@return the bytes of the oldest buffer that waits, or null} */
    public @Nullable ByteBuffer peek() {
        synchronized (lock) {
            Outbound head = waiting.peek();
            return head == null ? null : head.bytes();
        }
    }

    @Override
    public void pauseReads() {
        onPause.run();
        synchronized (lock) {
            paused = true;
        }
    }

    @Override
    public void resumeReads() {
        synchronized (lock) {
            paused = false;
        }
    }

    /** {@return whether reads are paused} */
    public boolean isPaused() {
        synchronized (lock) {
            return paused;
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closing = true;
        }
    }

    /** {@return whether close was called} */
    public boolean isClosing() {
        synchronized (lock) {
            return closing;
        }
    }

    @Override
    public void abort() {
        dropWaiting();
    }

    /** {@return whether the link is broken, by abort or by the test} */
    public boolean isAborted() {
        synchronized (lock) {
            return aborted;
        }
    }

    /** {@return how many buffers were written to a closed link} */
    public int writtenAfterClose() {
        synchronized (lock) {
            return writtenAfterClose;
        }
    }
}
