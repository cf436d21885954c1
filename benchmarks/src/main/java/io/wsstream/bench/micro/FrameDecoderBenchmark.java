package io.wsstream.bench.micro;

import io.wsstream.core.WsStreamException;
import io.wsstream.core.websocket.FrameDecoder;
import io.wsstream.core.websocket.Role;
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
 * Binary frames through {@link FrameDecoder}: on a server, which unmasks, and on a client, which does not. The difference
 * is the unmasking. One operation is one frame.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class FrameDecoderBenchmark {
    /** Bytes of one frame. */
    @Param({"1", "64", "4096", "32768"})
    public int payloadBytes;

    /** Whether the buffer is off the heap. */
    @Param({"false", "true"})
    public boolean direct;

    private final Counter counter = new Counter();
    private final FrameDecoder server = new FrameDecoder(Role.SERVER, 32 << 20, counter);
    private final FrameDecoder client = new FrameDecoder(Role.CLIENT, 32 << 20, counter);
    private ByteBuffer masked = ByteBuffer.allocate(0);
    private ByteBuffer plain = ByteBuffer.allocate(0);

    /** Unmasking in place turns the payload over each time; the header stays. */
    @Setup
    public void frames() {
        masked = Frames.binary(payloadBytes, true, direct);
        plain = Frames.binary(payloadBytes, false, direct);
    }

    /**
     * With unmasking.
     *
     * @return a sum that keeps the work alive
     * @throws WsStreamException never
     */
    @Benchmark
    public long server() throws WsStreamException {
        server.decode(masked.rewind());
        return counter.bytes;
    }

    /**
     * Without.
     *
     * @return a sum that keeps the work alive
     * @throws WsStreamException never
     */
    @Benchmark
    public long client() throws WsStreamException {
        client.decode(plain.rewind());
        return counter.bytes;
    }

    private static final class Counter implements FrameDecoder.Handler {
        private long bytes;

        @Override
        public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
            bytes += part.remaining();
        }

        @Override
        public void onPing(ByteBuffer payload) {}

        @Override
        public void onPong(ByteBuffer payload) {}

        @Override
        public void onClose(int code, String reason) {}
    }
}
