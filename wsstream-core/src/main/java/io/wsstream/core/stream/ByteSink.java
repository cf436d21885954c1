package io.wsstream.core.stream;

import java.nio.ByteBuffer;

/**
 * Takes the bytes of a channel: a process's stdin, a queue with a reader behind it, a file.
 *
 * <p>Calls come one at a time, on the connection's reader or on the thread that called {@link ByteSource#drain}.
 * They must not block.
 */
public interface ByteSink {
    /**
     * Takes what it can now. Whoever takes less than all calls {@link ByteSource#drain} when it can take more.
     *
     * @param bytes position to limit; the position moves over what was taken; not to be kept
     */
    void accept(ByteBuffer bytes);

    /** The peer sends no more on this channel; all it sent was taken. Once, and the last call. */
    void end();
}
