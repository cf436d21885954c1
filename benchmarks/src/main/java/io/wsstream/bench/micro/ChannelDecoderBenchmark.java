package io.wsstream.bench.micro;

import io.wsstream.core.Subprotocol;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.channel.ChannelDecoder;
import io.wsstream.core.websocket.Role;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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

/** Messages through {@link ChannelDecoder}, raw and base64. One operation is one message. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class ChannelDecoderBenchmark {
    private static final int CHANNELS = 5;

    /** Payload bytes of one message, before base64. */
    @Param({"1", "64", "4096", "32768"})
    public int payloadBytes;

    private final Counter counter = new Counter();
    private final ChannelDecoder raw = new ChannelDecoder(Subprotocol.V5, CHANNELS, Role.SERVER, counter);
    private final ChannelDecoder base64 = new ChannelDecoder(Subprotocol.V4_BASE64, CHANNELS, Role.SERVER, counter);
    private ByteBuffer binary = ByteBuffer.allocate(0);
    private ByteBuffer text = ByteBuffer.allocate(0);

    /** One message of each kind, on channel 0. */
    @Setup
    public void messages() {
        binary = ByteBuffer.allocate(1 + payloadBytes);
        String encoded = "0" + Base64.getEncoder().encodeToString(new byte[payloadBytes]);
        text = ByteBuffer.wrap(encoded.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * A binary message.
     *
     * @return a sum that keeps the work alive
     * @throws WsStreamException never
     */
    @Benchmark
    public long raw() throws WsStreamException {
        raw.decode(binary.rewind(), true, true);
        return counter.bytes;
    }

    /**
     * A text message.
     *
     * @return a sum that keeps the work alive
     * @throws WsStreamException never
     */
    @Benchmark
    public long base64() throws WsStreamException {
        base64.decode(text.rewind(), true, true);
        return counter.bytes;
    }

    private static final class Counter implements ChannelDecoder.Handler {
        private long bytes;

        @Override
        public void onData(int channel, ByteBuffer payload) {
            bytes += payload.remaining();
        }

        @Override
        public void onClose(int channel) {}

        @Override
        public void onIgnored(String why, int ignoredBytes) {
            throw new IllegalStateException(why);
        }
    }
}
