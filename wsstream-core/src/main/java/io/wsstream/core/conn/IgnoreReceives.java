package io.wsstream.core.conn;

import io.wsstream.core.WsStreamException;
import io.wsstream.core.transport.Transport;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a peer sends on a connection that only goes the other way, and drops it: so its Pings are answered, its Close
 * is seen, and it never waits.
 *
 * <p><b>Threads:</b> the transport's. <b>Blocking:</b> none. <b>Memory:</b> none.
 *
 * <p>Source: {@code IgnoreReceives} in {@code wsstream/conn.go}; PROTOCOL.md 9.
 */
public final class IgnoreReceives implements Transport.Receiver {
    private final Runnable onOutputChange;
    private final Consumer<@Nullable WsStreamException> onEnd;

    /**
     * For a {@link Transport#start}.
     *
     * @param onOutputChange told that the output queue has room again, or that there will be no output any more
     * @param onEnd told the end, once: why, or null after a Close of either side
     */
    public IgnoreReceives(Runnable onOutputChange, Consumer<@Nullable WsStreamException> onEnd) {
        this.onOutputChange = onOutputChange;
        this.onEnd = onEnd;
    }

    @Override
    public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
        part.position(part.limit());
    }

    @Override
    public void onWritable() {
        onOutputChange.run();
    }

    @Override
    public void onClose(int code, String reason) {
        // The end follows.
    }

    @Override
    public void onEnd(@Nullable WsStreamException failure) {
        onEnd.accept(failure);
    }
}
