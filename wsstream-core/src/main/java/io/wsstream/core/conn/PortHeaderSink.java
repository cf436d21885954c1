package io.wsstream.core.conn;

import io.wsstream.core.stream.ByteSink;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/**
 * Takes the port off the beginning of a port-forward channel, at a client, however it is cut into messages; the rest goes
 * on.
 *
 * <p><b>Threads:</b> those of a {@link ByteSink}.
 *
 * <p>Source: PROTOCOL.md 8.1.
 */
public final class PortHeaderSink implements ByteSink {
    private static final int HEADER_BYTES = 2;

    private final IntConsumer onPort;
    private final ByteSink rest;

    // owner: whoever is inside the sink, one at a time
    private int taken;
    private int port;

    /**
     * A sink at the beginning of a channel.
     *
     * @param onPort told the port, 0 to 65535, before any byte of the rest
     * @param rest takes what follows
     */
    public PortHeaderSink(IntConsumer onPort, ByteSink rest) {
        this.onPort = onPort;
        this.rest = rest;
    }

    @Override
    public void accept(ByteBuffer bytes) {
        while (taken < HEADER_BYTES && bytes.hasRemaining()) {
            port |= (bytes.get() & 0xFF) << (8 * taken);
            taken++;
            if (taken == HEADER_BYTES) {
                onPort.accept(port);
            }
        }
        if (bytes.hasRemaining()) {
            rest.accept(bytes);
        }
    }

    @Override
    public void end() {
        rest.end();
    }
}
