package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Buffers for reuse, in four sizes, so that a byte of echo does not pin 64 KiB.
 *
 * <p><b>Threads:</b> any. <b>Memory:</b> keeps at most 4 MiB of large, 2 MiB of quarter, 1 MiB of medium and 512 KiB of
 * small buffers; what comes back beyond that goes with the garbage.
 */
final class ChunkPool {
    /** What a read may bring at once: a pipe holds that much. */
    static final int READ_BYTES = 64 * 1024;

    static final int MAX_HEADROOM_BYTES = 256;

    static final int LARGE_BYTES = READ_BYTES + MAX_HEADROOM_BYTES;
    static final int QUARTER_BYTES = READ_BYTES / 4 + MAX_HEADROOM_BYTES;
    static final int MEDIUM_BYTES = 8 * 1024;
    static final int SMALL_BYTES = 1024;

    private final Shelf large = new Shelf(LARGE_BYTES, 64);
    private final Shelf quarter = new Shelf(QUARTER_BYTES, 128);
    private final Shelf medium = new Shelf(MEDIUM_BYTES, 128);
    private final Shelf small = new Shelf(SMALL_BYTES, 512);

    /** {@return a buffer for a read of {@link #READ_BYTES} behind any headroom} */
    Chunk large() {
        return large.take();
    }

    /** {@return a buffer for a read of a quarter of {@link #READ_BYTES} behind any headroom} */
    Chunk quarter() {
        return quarter.take();
    }

    /** {@return the smallest buffer for that many bytes, headroom included; null if only one made for reads holds them} */
    @Nullable
    Chunk smallFor(int bytes) {
        if (bytes <= SMALL_BYTES) {
            return small.take();
        }
        return bytes <= MEDIUM_BYTES ? medium.take() : null;
    }

    void giveBack(Chunk chunk) {
        switch (chunk.capacityBytes()) {
            case LARGE_BYTES -> large.put(chunk);
            case QUARTER_BYTES -> quarter.put(chunk);
            case MEDIUM_BYTES -> medium.put(chunk);
            case SMALL_BYTES -> small.put(chunk);
            default ->
                throw new IllegalStateException("a buffer of " + chunk.capacityBytes() + " bytes is not from here");
        }
    }

    /** {@return how many buffers were taken and have not come back} */
    int outstanding() {
        return large.outstanding() + quarter.outstanding() + medium.outstanding() + small.outstanding();
    }

    private static final class Shelf {
        private final int chunkBytes;
        private final int most;

        @GuardedBy("this")
        private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();

        @GuardedBy("this")
        private int outstanding;

        Shelf(int chunkBytes, int most) {
            this.chunkBytes = chunkBytes;
            this.most = most;
        }

        Chunk take() {
            synchronized (this) {
                outstanding++;
                Chunk chunk = chunks.pollLast();
                if (chunk != null) {
                    return chunk;
                }
            }
            return new Chunk(chunkBytes);
        }

        synchronized void put(Chunk chunk) {
            outstanding--;
            chunk.buffer.clear();
            if (chunks.size() < most) {
                chunks.addLast(chunk);
            }
        }

        synchronized int outstanding() {
            return outstanding;
        }
    }
}
