package io.wsstream.core.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.ExecResult;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.channel.ResizeDecoder;
import io.wsstream.core.conn.ChannelProtocolConfig;
import io.wsstream.core.conn.ChannelType;
import io.wsstream.core.conn.Conn;
import io.wsstream.core.conn.ConnChannel;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.core.testing.Frames;
import io.wsstream.core.testing.MemoryLink;
import io.wsstream.core.testing.SlowSink;
import io.wsstream.core.websocket.FrameDecoder;
import io.wsstream.core.websocket.Role;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * However a peer cuts the same messages into frames and the frames into reads, and whatever control frames it puts between
 * them, the channels hold the same. The peer is the test's own code.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WirePropertyTest {
    private static final int ROUNDS = 25;

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void aServerReadsTheSameFromEveryWireOfTheSameMessages(Subprotocol subprotocol) throws Exception {
        long seed = System.nanoTime();
        for (int round = 0; round < ROUNDS; round++) {
            serverRound(subprotocol, new Random(seed + round), "seed " + (seed + round) + " " + subprotocol);
        }
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void aClientReadsTheSameFromEveryWireOfTheSameMessages(Subprotocol subprotocol) throws Exception {
        long seed = System.nanoTime();
        for (int round = 0; round < ROUNDS; round++) {
            clientRound(subprotocol, new Random(seed + round), "seed " + (seed + round) + " " + subprotocol);
        }
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.Codec.class)
    void aConnReadsTheSameOnAnyNumberOfChannels(Subprotocol.Codec codec) throws Exception {
        long seed = System.nanoTime();
        for (int round = 0; round < ROUNDS; round++) {
            connRound(codec, new Random(seed + round), "seed " + (seed + round) + " " + codec);
        }
    }

    private static void serverRound(Subprotocol subprotocol, Random random, String where) throws Exception {
        Peer peer = new Peer(Role.SERVER, subprotocol.codec(), random);
        ByteArrayOutputStream stdin = new ByteArrayOutputStream();
        ByteArrayOutputStream resizes = new ByteArrayOutputStream();
        List<TerminalSize> sizes = new ArrayList<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    TerminalSize size = new TerminalSize(random.nextInt(65536), random.nextInt(65536));
                    sizes.add(size);
                    resizes.writeBytes(ResizeDecoder.encode(size));
                }
                case 1 -> peer.message(5 + random.nextInt(250), Peer.some(random)); // a channel that does not exist
                case 2 -> peer.message(1, Peer.some(random)); // one that nobody reads
                default -> {
                    byte[] piece = Peer.some(random);
                    stdin.writeBytes(piece);
                    peer.message(0, piece);
                }
            }
            sendSome(peer, resizes, random);
        }
        while (resizes.size() > 0) {
            sendSome(peer, resizes, random);
        }
        if (subprotocol.hasClose()) {
            peer.raw(new byte[] {(byte) 0xFF, 0});
            peer.message(0, new byte[] {'x'}); // after the end
        }
        SlowSink taken = new SlowSink(() -> Integer.MAX_VALUE);
        List<TerminalSize> told = new ArrayList<>();
        List<String> ends = new ArrayList<>();
        WebSocketTransport transport =
                new WebSocketTransport(Role.SERVER, new MemoryLink(), WebSocketSettings.server());
        ServerExec exec = new ServerExec(transport, subprotocol, new ServerExec.Streams(true, true, false, true));
        Objects.requireNonNull(exec.stdin()).deliverTo(taken);
        exec.start(new ServerExec.Listener() {
            @Override
            public void onResize(TerminalSize size) {
                told.add(size);
            }

            @Override
            public void onPeerGone(String why) {
                ends.add("gone");
            }

            @Override
            public void onEnd(@Nullable WsStreamException failure) {
                ends.add(String.valueOf(failure));
            }
        });

        peer.deliverTo(transport);

        assertThat(taken.taken()).as(where).isEqualTo(stdin.toByteArray());
        assertThat(taken.ends()).as(where).isEqualTo(subprotocol.hasClose() ? 1 : 0);
        assertThat(told).as(where).isEqualTo(sizes);
        assertThat(ends).as(where).isEmpty();
    }

    /** Sends a random part of what waits for channel 4: sizes need not keep to messages. */
    private static void sendSome(Peer peer, ByteArrayOutputStream waiting, Random random) {
        byte[] all = waiting.toByteArray();
        int count = all.length == 0 ? 0 : 1 + random.nextInt(all.length);
        if (count > 0) {
            peer.message(4, Arrays.copyOf(all, count));
            waiting.reset();
            waiting.write(all, count, all.length - count);
        }
    }

    private static void clientRound(Subprotocol subprotocol, Random random, String where) throws Exception {
        Peer peer = new Peer(Role.CLIENT, subprotocol.codec(), random);
        ByteArrayOutputStream[] sent = {new ByteArrayOutputStream(), new ByteArrayOutputStream()};
        for (int i = random.nextInt(20); i > 0; i--) {
            int stream = random.nextInt(2);
            byte[] piece = Peer.some(random);
            sent[stream].writeBytes(piece);
            peer.message(1 + stream, piece);
            if (random.nextInt(4) == 0) {
                peer.raw(new byte[0]); // says nothing
            }
        }
        int exitCode = 1 + random.nextInt(255);
        byte[] status = StatusCodec.encode(subprotocol, Status.exited(exitCode));
        int cut = random.nextInt(status.length);
        peer.message(3, Arrays.copyOf(status, cut));
        peer.message(3, Arrays.copyOfRange(status, cut, status.length));
        peer.close(1000);
        SlowSink stdout = new SlowSink(() -> Integer.MAX_VALUE);
        SlowSink stderr = new SlowSink(() -> Integer.MAX_VALUE);
        List<ExecResult> results = new ArrayList<>();
        WebSocketTransport transport =
                new WebSocketTransport(Role.CLIENT, new MemoryLink(), WebSocketSettings.client());
        ClientExec exec = new ClientExec(transport, subprotocol, 1000);
        exec.stdout().deliverTo(stdout);
        exec.stderr().deliverTo(stderr);
        exec.start(results::add);

        peer.deliverTo(transport);

        assertThat(stdout.taken()).as(where).isEqualTo(sent[0].toByteArray());
        assertThat(stderr.taken()).as(where).isEqualTo(sent[1].toByteArray());
        assertThat(results).as(where).hasSize(1);
        if (subprotocol.hasJsonStatus()) {
            assertThat(results.get(0).exitCode()).as(where).hasValue(exitCode);
        } else {
            assertThat(results.get(0).describe()).as(where).endsWith("exit status " + exitCode);
        }
    }

    private static void connRound(Subprotocol.Codec codec, Random random, String where) throws Exception {
        int channels = 1 + random.nextInt(codec.maxChannels());
        Peer peer = new Peer(Role.SERVER, codec, random);
        List<ByteArrayOutputStream> sent = new ArrayList<>();
        List<SlowSink> taken = new ArrayList<>();
        WebSocketTransport transport =
                new WebSocketTransport(Role.SERVER, new MemoryLink(), WebSocketSettings.server());
        Conn conn = new Conn(
                transport,
                Role.SERVER,
                "",
                new ChannelProtocolConfig(
                        codec == Subprotocol.Codec.RAW, Collections.nCopies(channels, ChannelType.READ_WRITE)));
        for (ConnChannel channel : conn.channels()) {
            SlowSink sink = new SlowSink(() -> Integer.MAX_VALUE);
            sent.add(new ByteArrayOutputStream());
            taken.add(sink);
            channel.deliverTo(sink);
        }
        for (int i = random.nextInt(20); i > 0; i--) {
            int channel = random.nextInt(channels);
            byte[] piece = Peer.some(random);
            sent.get(channel).writeBytes(piece);
            peer.message(channel, piece);
        }
        conn.start();

        peer.deliverTo(transport);

        for (int i = 0; i < channels; i++) {
            assertThat(taken.get(i).taken())
                    .as("%s, channel %d", where, i)
                    .isEqualTo(sent.get(i).toByteArray());
        }
        assertThat(conn.isEnded()).as(where).isFalse();
    }

    /** Writes messages to a wire, in fragments and with control frames between them, and the wire in pieces. */
    private static final class Peer {
        private final Role reader;
        private final Subprotocol.Codec codec;
        private final Random random;
        private final ByteArrayOutputStream wire = new ByteArrayOutputStream();

        /** For the other side's role, which says whether there are masks. */
        Peer(Role reader, Subprotocol.Codec codec, Random random) {
            this.reader = reader;
            this.codec = codec;
            this.random = random;
        }

        static byte[] some(Random random) {
            int most = random.nextInt(12) == 0 ? FrameDecoder.WHOLE_FRAME_BYTES * 2 : 300;
            byte[] bytes = new byte[random.nextInt(most)];
            random.nextBytes(bytes);
            return bytes;
        }

        void message(int channel, byte[] payload) {
            boolean text = codec == Subprotocol.Codec.BASE64;
            byte[] body =
                    text ? Base64.getEncoder().encodeToString(payload).getBytes(StandardCharsets.US_ASCII) : payload;
            byte[] message = new byte[body.length + 1];
            message[0] = (byte) (text ? '0' + channel : channel);
            System.arraycopy(body, 0, message, 1, body.length);
            raw(message);
        }

        /** A message as it is; its opcode is free, since readers go by the codec. */
        void raw(byte[] message) {
            int opcode = random.nextInt(8) == 0 ? 3 - usualOpcode() : usualOpcode();
            int at = 0;
            boolean first = true;
            boolean last;
            do {
                control();
                int count = random.nextInt(3) > 0 ? message.length - at : random.nextInt(message.length - at + 1);
                last = at + count == message.length && random.nextInt(10) > 0;
                frame((last ? 0x80 : 0) | (first ? opcode : 0), Arrays.copyOfRange(message, at, at + count));
                at += count;
                first = false;
            } while (!last);
            control();
        }

        private int usualOpcode() {
            return codec == Subprotocol.Codec.BASE64 ? 1 : 2;
        }

        private void control() {
            while (random.nextInt(5) == 0) {
                byte[] payload = new byte[random.nextInt(126)];
                random.nextBytes(payload);
                frame(random.nextBoolean() ? 0x89 : 0x8A, payload);
            }
        }

        void close(int code) {
            frame(0x88, new byte[] {(byte) (code >> 8), (byte) code});
        }

        private void frame(int firstByte, byte[] payload) {
            wire.writeBytes(Frames.frame(reader, firstByte, payload, random.nextInt()));
        }

        void deliverTo(WebSocketTransport transport) {
            byte[] all = wire.toByteArray();
            int at = 0;
            boolean dribble = random.nextInt(10) == 0 && all.length < 5000;
            while (at < all.length) {
                int most = random.nextInt(3) == 0 ? 100_000 : 40;
                int count = dribble ? 1 : Math.min(all.length - at, 1 + random.nextInt(most));
                transport.receive(ByteBuffer.wrap(all, at, count).slice());
                at += count;
            }
        }
    }
}
