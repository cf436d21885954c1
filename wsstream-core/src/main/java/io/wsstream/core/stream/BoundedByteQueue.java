package io.wsstream.core.stream;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that wait, in pieces. The bound is the caller's to heed: the queue tells when it is reached, because what was
 * already read must go somewhere.
 *
 * <p><b>Threads:</b> none of its own; the owner guards it.
 */
final class BoundedByteQueue {
    private static final int PIECE_BYTES = 16 * 1024;

    private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();
    private final int limitBytes;
    private long bytes;

    BoundedByteQueue(int limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Copies all of {@code from} in. */
    void add(ByteBuffer from) {
        bytes += from.remaining();
        ByteBuffer last = pieces.peekLast();
        if (last != null && last.capacity() - last.limit() >= from.remaining()) {
            // The unread part of a piece ends at its limit; what follows is free.
            int end = last.limit();
            last.limit(end + from.remaining());
            last.put(end, from, from.position(), from.remaining());
            from.position(from.limit());
            return;
        }
        ByteBuffer piece = ByteBuffer.allocate(Math.max(PIECE_BYTES, from.remaining()));
        piece.put(from).flip();
        pieces.add(piece);
    }

    /** {@return the oldest bytes, to be consumed by moving the position; null when there are none} */
    @Nullable
    ByteBuffer head() {
        return pieces.peekFirst();
    }

    /** To be called after the head's position was moved by {@code count}. */
    void consumed(int count) {
        bytes -= count;
        ByteBuffer head = pieces.peekFirst();
        if (head != null && !head.hasRemaining()) {
            pieces.removeFirst();
        }
    }

    void clear() {
        pieces.clear();
        bytes = 0;
    }

    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return bytes == 0;
    }

    boolean isFull() {
        return bytes >= limitBytes;
    }

    boolean isLow() {
        return bytes <= limitBytes / 2;
    }
}
