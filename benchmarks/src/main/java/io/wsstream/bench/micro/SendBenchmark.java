package io.wsstream.bench.micro;

import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.core.transport.ByteLink;
import io.wsstream.core.websocket.Role;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Messages through {@link WebSocketTransport} to a link that takes all at once: the cost of queue, header and, on a
 * client, masking. With {@code -prof gc} the bytes allocated per frame. One operation is one message.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class SendBenchmark {
    /** Bytes of one message. */
    @Param({"1", "64", "4096", "32768"})
    public int payloadBytes;

    private final NullLink link = new NullLink();
    private final WebSocketTransport server = new WebSocketTransport(Role.SERVER, link, WebSocketSettings.server());
    private final WebSocketTransport client = new WebSocketTransport(Role.CLIENT, link, WebSocketSettings.client());
    private ByteBuffer message = ByteBuffer.allocate(0);

    /** One buffer, used again and again. */
    @Setup
    public void buffer() {
        message = ByteBuffer.allocate(ChannelConnection.HEADROOM + payloadBytes);
    }

    /**
     * As a server sends.
     *
     * @return a sum that keeps the work alive
     */
    @Benchmark
    public long server() {
        server.send(false, message.position(ChannelConnection.HEADROOM), ChannelConnection.HEADROOM, null);
        return link.bytes;
    }

    /**
     * As a client sends, with a mask.
     *
     * @return a sum that keeps the work alive
     */
    @Benchmark
    public long client() {
        client.send(false, message.position(ChannelConnection.HEADROOM), ChannelConnection.HEADROOM, null);
        return link.bytes;
    }

    private static final class NullLink implements ByteLink {
        private long bytes;

        @Override
        public void write(Outbound outbound) {
            bytes += outbound.bytes().remaining();
            outbound.onSent(null);
        }

        @Override
        public void pauseReads() {}

        @Override
        public void resumeReads() {}

        @Override
        public void close() {}

        @Override
        public void abort() {}
    }
}
