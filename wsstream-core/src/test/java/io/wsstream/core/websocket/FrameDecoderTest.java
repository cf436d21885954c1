package io.wsstream.core.websocket;

import static io.wsstream.core.testing.Frames.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.testing.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.EnumSource;

class FrameDecoderTest {
    private static final int LIMIT = WebSocketSettings.MAX_MESSAGE_BYTES;

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/frames.csv", numLinesToSkip = 1, maxCharsPerColumn = 100_000)
    void conformsToVector(String id, String section, String role, String hex, String expectation) {
        byte[] wire = Bytes.ofHex(hex);

        String said = decode(role(role), LIMIT, wire, wire.length);

        assertThat(said).as("%s, PROTOCOL.md %s", id, section).isEqualTo(expectation);
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/frames.csv", numLinesToSkip = 1, maxCharsPerColumn = 100_000)
    void conformsToVectorByteByByte(String id, String section, String role, String hex, String expectation) {
        byte[] wire = Bytes.ofHex(hex);

        String said = decode(role(role), LIMIT, wire, 1);

        assertThat(said).as("%s, PROTOCOL.md %s", id, section).isEqualTo(expectation);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void anySplitOfTheBytesGivesTheSameEvents(Role role) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            byte[] wire = someFrames(role, random);
            String whole = decode(role, LIMIT, wire, wire.length);

            String split = decodeAtRandom(role, wire, random);

            assertThat(split).as("seed %d, round %d", seed, round).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void anyBytesAreConsumedOrRefusedWithACloseCode(Role role) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            byte[] wire = new byte[random.nextInt(200)];
            random.nextBytes(wire);
            if (wire.length > 2 && round % 2 == 0) {
                wire[0] = (byte) (0x80 | random.nextInt(11));
                wire[1] = (byte) ((role == Role.SERVER ? 0x80 : 0) | random.nextInt(128));
            }
            byte[] copy = wire.clone();

            String whole = decode(role, LIMIT, wire, wire.length);
            String split = decode(role, LIMIT, copy, 1);

            assertThat(split).as("seed %d, round %d", seed, round).isEqualTo(whole);
        }
    }

    @Test
    void aFrameUpTo64KiBIsHandedOutWhole() throws Exception {
        Recorder said = new Recorder();
        FrameDecoder decoder = new FrameDecoder(Role.CLIENT, LIMIT, said);
        byte[] frame = frame(Role.CLIENT, 0x82, Bytes.pattern(FrameDecoder.WHOLE_FRAME_BYTES), 0);

        feed(decoder, frame, 1000);

        assertThat(said.events).hasSize(1);
        assertThat(said.events.get(0)).isEqualTo("whole " + Bytes.toHex(Bytes.pattern(65536)));
    }

    @Test
    void aTruncatedFrameUpTo64KiBLeavesNothingBehind() throws Exception {
        Recorder said = new Recorder();
        FrameDecoder decoder = new FrameDecoder(Role.SERVER, LIMIT, said);
        byte[] frame = frame(Role.SERVER, 0x82, Bytes.pattern(FrameDecoder.WHOLE_FRAME_BYTES), 0x01020304);

        decoder.decode(ByteBuffer.wrap(frame, 0, frame.length - 1));

        assertThat(said.events).isEmpty();
    }

    @Test
    void aFrameAbove64KiBIsHandedOutAsItComes() throws Exception {
        Recorder said = new Recorder();
        FrameDecoder decoder = new FrameDecoder(Role.SERVER, LIMIT, said);
        byte[] payload = Bytes.pattern(FrameDecoder.WHOLE_FRAME_BYTES + 1);
        byte[] frame = frame(Role.SERVER, 0x82, payload, 0x01020304);

        feed(decoder, frame, 30_001);

        assertThat(said.events).hasSize(3);
        assertThat(said.events.get(0)).startsWith("first ");
        assertThat(said.events.get(1)).startsWith("middle ");
        assertThat(said.events.get(2)).startsWith("last ");
        assertThat(joined(said)).isEqualTo(Bytes.toHex(payload));
    }

    @Test
    void aLargeFrameWhoseBytesAreAllThereIsHandedOutWhole() throws Exception {
        Recorder said = new Recorder();
        FrameDecoder decoder = new FrameDecoder(Role.CLIENT, LIMIT, said);
        byte[] payload = Bytes.pattern(200_000);

        decoder.decode(ByteBuffer.wrap(frame(Role.CLIENT, 0x82, payload, 0)));

        assertThat(said.events).containsExactly("whole " + Bytes.toHex(payload));
    }

    @Test
    void aPartIsAViewOfTheCallersBuffer() throws Exception {
        byte[] wire = frame(Role.CLIENT, 0x82, new byte[] {1, 2, 3}, 0);
        List<Boolean> views = new ArrayList<>();
        FrameDecoder decoder = new FrameDecoder(Role.CLIENT, LIMIT, new Recorder() {
            @Override
            public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
                views.add(part.hasArray() && part.put(0, (byte) 0x7F).get(0) == wire[0]);
            }
        });

        decoder.decode(ByteBuffer.wrap(wire));

        assertThat(views).containsExactly(true);
    }

    @Test
    void framesInPiecesShareOneBufferUntilAReadHasWholeFramesAlone() throws Exception {
        List<ByteBuffer> kept = new ArrayList<>();
        FrameDecoder decoder = new FrameDecoder(Role.CLIENT, LIMIT, new Recorder() {
            @Override
            public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
                kept.add(part.slice());
            }
        });
        ByteBuffer wire = ByteBuffer.allocate(1000);
        for (byte number = 1; number <= 5; number++) {
            wire.put(frame(Role.CLIENT, 0x82, new byte[] {number, number, number, number}, 0));
        }
        int frame = wire.position() / 5;

        int begin = 0;
        for (int end :
                new int[] {4, frame + 4, 2 * frame, 2 * frame + 4, 3 * frame, 4 * frame, 4 * frame + 4, 5 * frame}) {
            decoder.decode(wire.duplicate().limit(end).position(begin));
            begin = end;
        }

        assertThat(kept).extracting(part -> part.get(0)).containsExactly((byte) 3, (byte) 3, (byte) 3, (byte) 4, (byte)
                5);
    }

    @Test
    void bytesThatAHandlerLeavesAreSkipped() throws Exception {
        List<Integer> sizes = new ArrayList<>();
        FrameDecoder decoder = new FrameDecoder(Role.CLIENT, LIMIT, new Recorder() {
            @Override
            public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
                sizes.add(part.remaining());
            }
        });
        ByteBuffer wire = Bytes.hex("8203010203 820101");

        decoder.decode(wire);

        assertThat(sizes).containsExactly(3, 1);
        assertThat(wire.hasRemaining()).isFalse();
    }

    @Test
    void aDirectBufferDecodesLikeAHeapBuffer() throws Exception {
        Recorder said = new Recorder();
        byte[] wire = frame(Role.SERVER, 0x82, Bytes.pattern(1000), 0xA1B2C3D4);
        ByteBuffer direct = ByteBuffer.allocateDirect(wire.length).put(wire).flip();

        new FrameDecoder(Role.SERVER, LIMIT, said).decode(direct);

        assertThat(said.events).containsExactly("whole " + Bytes.toHex(Bytes.pattern(1000)));
    }

    @Test
    void theLimitCountsTheFragmentsOfAMessageTogether() {
        assertThat(decode(Role.CLIENT, 5, Bytes.ofHex("0203010203 80020405"), 100))
                .isEqualTo("first 010203; last 0405");
        assertThat(decode(Role.CLIENT, 5, Bytes.ofHex("0203010203 8003040506"), 100))
                .isEqualTo("first 010203; reject 1009");
    }

    @Test
    void theLimitIsCountedAnewForEachMessageAndNotForControlFrames() {
        String said = decode(Role.CLIENT, 3, Bytes.ofHex("8203010203 8904ffffffff 8203040506"), 100);

        assertThat(said).isEqualTo("whole 010203; ping ffffffff; whole 040506");
    }

    @Test
    void aMessageThatIsTooBigIsRefusedBeforeItsPayloadIsThere() {
        FrameDecoder decoder = new FrameDecoder(Role.CLIENT, 5, new Recorder());

        assertThatThrownBy(() -> decoder.decode(Bytes.hex("8206")))
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("6 bytes")
                .hasMessageContaining("limit is 5");
    }

    @Test
    void theLargestPossibleLengthIsNamedAsItCame() {
        FrameDecoder decoder = new FrameDecoder(Role.CLIENT, 5, new Recorder());

        assertThatThrownBy(() -> decoder.decode(Bytes.hex("02020000 807f7fffffffffffffff")))
                .hasMessageContaining("9223372036854775807 bytes after 2 ");
    }

    @Test
    void bytesAfterACloseStayInTheBuffer() throws Exception {
        ByteBuffer wire = Bytes.hex("880203e8 820100");

        new FrameDecoder(Role.CLIENT, LIMIT, new Recorder()).decode(wire);

        assertThat(wire.remaining()).isEqualTo(3);
    }

    @Test
    void aFailureOfTheHandlerReachesTheCaller() {
        FrameDecoder decoder = new FrameDecoder(Role.CLIENT, LIMIT, new Recorder() {
            @Override
            public void onMessagePart(ByteBuffer part, boolean first, boolean last) throws WsStreamException {
                throw new WsStreamException("refused above", null);
            }
        });

        assertThatThrownBy(() -> decoder.decode(Bytes.hex("820100")))
                .isInstanceOf(WsStreamException.class)
                .hasMessage("refused above");
    }

    private static Role role(String name) {
        return name.equals("server") ? Role.SERVER : Role.CLIENT;
    }

    private static String joined(Recorder said) {
        StringBuilder hex = new StringBuilder();
        said.events.forEach(event -> hex.append(event, event.indexOf(' ') + 1, event.length()));
        return hex.toString();
    }

    /** Decodes in pieces of a size; a refusal is the last event. */
    private static String decode(Role role, int limit, byte[] wire, int pieceBytes) {
        Recorder said = new Recorder();
        FrameDecoder decoder = new FrameDecoder(role, limit, said);
        try {
            feed(decoder, wire.clone(), Math.max(1, pieceBytes));
        } catch (ProtocolViolationException refused) {
            said.events.add("reject " + refused.closeCode());
        } catch (WsStreamException impossible) {
            throw new AssertionError(impossible);
        }
        return said.toString();
    }

    private static String decodeAtRandom(Role role, byte[] wire, Random random) {
        Recorder said = new Recorder();
        FrameDecoder decoder = new FrameDecoder(role, LIMIT, said);
        byte[] copy = wire.clone();
        int at = 0;
        try {
            while (at < copy.length) {
                int count = Math.min(copy.length - at, random.nextInt(1 + random.nextInt(300)));
                decoder.decode(ByteBuffer.wrap(copy, at, count));
                at += count;
            }
        } catch (ProtocolViolationException refused) {
            said.events.add("reject " + refused.closeCode());
        } catch (WsStreamException impossible) {
            throw new AssertionError(impossible);
        }
        return said.toString();
    }

    private static void feed(FrameDecoder decoder, byte[] wire, int pieceBytes) throws WsStreamException {
        for (int at = 0; at < wire.length; at += pieceBytes) {
            decoder.decode(ByteBuffer.wrap(wire, at, Math.min(pieceBytes, wire.length - at)));
        }
    }

    private static byte[] someFrames(Role role, Random random) {
        ByteBuffer wire = ByteBuffer.allocate(64 * 1024);
        boolean inMessage = false;
        for (int i = random.nextInt(8); i >= 0; i--) {
            byte[] payload = new byte[random.nextInt(random.nextInt(10) == 0 ? 2000 : 130)];
            random.nextBytes(payload);
            int flags;
            if (random.nextInt(4) == 0) {
                flags = 0x80 | (random.nextBoolean() ? Opcode.PING : Opcode.PONG);
                payload = java.util.Arrays.copyOf(payload, Math.min(payload.length, 125));
            } else {
                boolean fin = random.nextBoolean();
                flags = (fin ? 0x80 : 0) | (inMessage ? Opcode.CONTINUATION : Opcode.BINARY);
                inMessage = !fin;
            }
            wire.put(frame(role, flags, payload, random.nextInt()));
        }
        if (random.nextBoolean()) {
            wire.put(frame(role, 0x88, new byte[] {3, (byte) 0xE8, 'x'}, random.nextInt()));
        }
        byte[] bytes = new byte[wire.position()];
        wire.flip().get(bytes);
        return bytes;
    }

    /** Writes each event as a phrase of the vectors. */
    private static class Recorder implements FrameDecoder.Handler {
        final List<String> events = new ArrayList<>();

        @Override
        public void onMessagePart(ByteBuffer part, boolean first, boolean last) throws WsStreamException {
            String place = first ? (last ? "whole " : "first ") : last ? "last " : "middle ";
            events.add(place + Bytes.toHex(part));
        }

        @Override
        public void onPing(ByteBuffer payload) {
            events.add("ping " + Bytes.toHex(payload));
        }

        @Override
        public void onPong(ByteBuffer payload) {
            events.add("pong " + Bytes.toHex(payload));
        }

        @Override
        public void onClose(int code, String reason) {
            events.add("close " + code + (reason.isEmpty() ? "" : " " + reason));
        }

        @Override
        public String toString() {
            return events.isEmpty() ? "-" : String.join("; ", events);
        }
    }
}
