package io.wsstream.client.exec;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.stream.ByteSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Keeps the beginning of an output and drops the rest, so that the command never waits.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> none. <b>Memory:</b> up to twice its bound while it grows.
 */
final class Capture implements ByteSink {
    private final int maxBytes;

    @GuardedBy("this")
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    @GuardedBy("this")
    private boolean truncated;

    @GuardedBy("this")
    private boolean ended;

    Capture(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public synchronized void accept(ByteBuffer bytes) {
        int taken = ended ? 0 : Math.min(bytes.remaining(), maxBytes - kept.size());
        if (bytes.hasArray()) {
            kept.write(bytes.array(), bytes.arrayOffset() + bytes.position(), taken);
        } else {
            byte[] copy = new byte[taken];
            bytes.duplicate().get(copy);
            kept.writeBytes(copy);
        }
        truncated |= !ended && taken < bytes.remaining();
        bytes.position(bytes.limit());
    }

    @Override
    public synchronized void end() {
        ended = true;
    }

    synchronized byte[] bytes() {
        return kept.toByteArray();
    }

    synchronized boolean isTruncated() {
        return truncated;
    }
}
