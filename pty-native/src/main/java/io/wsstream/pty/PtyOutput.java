package io.wsstream.pty;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Some bytes of output in a pooled direct buffer, with room before them for a header.
 *
 * <pre>
 *   0          position        limit        capacity
 *   | headroom | bytes read    | unused     |
 * </pre>
 *
 * <p><b>Threads:</b> any, one at a time. <b>Memory:</b> the buffer is the holder's until {@link #release()}; what a
 * process's outputs pin together is bounded by 1 MiB, beyond which no more is read until some are released.
 */
public final class PtyOutput {
    private final Running child;
    private final PtyStream source;
    private final Chunk chunk;
    private final AtomicBoolean released = new AtomicBoolean();

    PtyOutput(Running child, PtyStream source, Chunk chunk) {
        this.child = child;
        this.source = source;
        this.chunk = chunk;
    }

    /** {@return where the bytes came from} */
    public PtyStream source() {
        return source;
    }

    /**
     * {@return the bytes, from position to limit; at least {@link PtySpec.Builder#headroom} bytes before the position may
     * be written, and all between limit and capacity; always the same object}
     *
     * @throws IllegalStateException after {@link #release()}
     */
    public ByteBuffer bytes() {
        if (released.get()) {
            throw new IllegalStateException("this output was released; its buffer may hold another process's bytes");
        }
        return chunk.buffer;
    }

    /** Gives the buffer back. From any thread; calls after the first do nothing. The buffer must not be touched later. */
    public void release() {
        if (released.compareAndSet(false, true)) {
            child.released(chunk);
        }
    }
}
