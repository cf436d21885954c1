package io.wsstream.core.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.Channel;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.websocket.Role;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChannelDecoderTest {
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/channel-messages.csv", numLinesToSkip = 1)
    void conformsToVector(
            String id, String section, String subprotocol, String role, String message, String expectation) {
        Said said = new Said();
        ChannelDecoder decoder = new ChannelDecoder(
                Objects.requireNonNull(Subprotocol.of(subprotocol.equals("-") ? "" : subprotocol)),
                Channel.COUNT,
                role.equals("server") ? Role.SERVER : Role.CLIENT,
                said);

        said.decode(decoder, partsOf(message));

        assertThat(said).as("%s, PROTOCOL.md %s", id, section).hasToString(expectation);
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void anySplitOfAMessageSaysTheSame(Subprotocol subprotocol) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            byte[] message = new byte[random.nextInt(12)];
            random.nextBytes(message);
            if (message.length > 0 && random.nextInt(4) > 0) {
                int first = random.nextBoolean() ? ChannelDecoder.CLOSE : random.nextInt(7);
                message[0] = (byte) (subprotocol.codec() == Subprotocol.Codec.BASE64 ? '0' + first : first);
            }
            Said whole = new Said();
            whole.decode(decoder(subprotocol, whole), List.of(message));

            Said split = new Said();
            split.decode(decoder(subprotocol, split), cut(message, random));

            assertThat(split)
                    .as("seed %d, round %d: %s", seed, round, Bytes.toHex(message))
                    .hasToString(whole.toString());
        }
    }

    @Test
    void messagesDoNotTouchEachOther() throws Exception {
        Said said = new Said();
        ChannelDecoder v5 = decoder(Subprotocol.V5, said);

        v5.decode(Bytes.hex("0061"), true, true);
        v5.decode(Bytes.hex("-"), true, true);
        v5.decode(Bytes.hex("0462"), true, false);
        v5.decode(Bytes.hex("63"), false, true);
        v5.decode(Bytes.hex("ff00"), true, true);
        v5.decode(Bytes.hex("0764"), true, true);
        v5.decode(Bytes.hex("0065"), true, true);

        assertThat(said).hasToString("data 0 61; data 4 62; data 4 63; close 0; ignored; data 0 65");
    }

    @Test
    void rawPayloadIsHandedOutPartByPart() throws Exception {
        List<Integer> sizes = new ArrayList<>();
        ChannelDecoder v4 = decoder(Subprotocol.V4, new Said() {
            @Override
            public void onData(int channel, ByteBuffer payload) {
                sizes.add(payload.remaining());
            }
        });

        v4.decode(Bytes.hex("00616263"), true, false);
        v4.decode(Bytes.hex("64"), false, true);

        assertThat(sizes).containsExactly(3, 1);
    }

    @Test
    void whatAHandlerLeavesIsSkipped() throws Exception {
        ByteBuffer message = Bytes.hex("00616263");

        decoder(Subprotocol.V4, new Said()).decode(message, true, true);

        assertThat(message.hasRemaining()).isFalse();
    }

    @Test
    void channelsAreThoseOfTheSessionAndNotFive() throws Exception {
        Said said = new Said();
        ChannelDecoder eight = new ChannelDecoder(Subprotocol.V4, 8, Role.SERVER, said);

        eight.decode(Bytes.hex("0761"), true, true);
        eight.decode(Bytes.hex("0861"), true, true);

        assertThat(said).hasToString("data 7 61; ignored");
    }

    @Test
    void theWordsAboutABadCloseNameItTheSubprotocolAndWhatWasExpected() {
        ChannelDecoder v5 = decoder(Subprotocol.V5, new Said());

        assertThatThrownBy(() -> v5.decode(Bytes.hex("ff05"), true, true))
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("CLOSE of channel 5")
                .hasMessageContaining("v5.channel.k8s.io")
                .hasMessageContaining("0 to 4");
    }

    private static ChannelDecoder decoder(Subprotocol subprotocol, ChannelDecoder.Handler handler) {
        return new ChannelDecoder(subprotocol, Channel.COUNT, Role.SERVER, handler);
    }

    private static List<byte[]> partsOf(String message) {
        int space = message.indexOf(' ');
        boolean hex = message.substring(0, space).equals("hex");
        List<byte[]> parts = new ArrayList<>();
        for (String part : message.substring(space + 1).split("\\|", -1)) {
            parts.add(hex ? Bytes.ofHex(part) : Bytes.ofText(part));
        }
        return parts;
    }

    private static List<byte[]> cut(byte[] message, Random random) {
        List<byte[]> parts = new ArrayList<>();
        int at = 0;
        while (at < message.length || parts.isEmpty() || random.nextInt(3) == 0) {
            int count = Math.min(message.length - at, random.nextInt(4));
            parts.add(java.util.Arrays.copyOfRange(message, at, at + count));
            at += count;
        }
        return parts;
    }

    /** Writes each call as a phrase of the vectors; the parts of one message's payload are joined. */
    private static class Said implements ChannelDecoder.Handler {
        private final List<String> phrases = new ArrayList<>();
        private boolean continues;

        void decode(ChannelDecoder decoder, List<byte[]> parts) {
            try {
                for (int i = 0; i < parts.size(); i++) {
                    decoder.decode(ByteBuffer.wrap(parts.get(i)), i == 0, i == parts.size() - 1);
                    continues = !phrases.isEmpty();
                }
            } catch (ProtocolViolationException refused) {
                phrases.add("reject " + refused.closeCode());
            }
        }

        @Override
        public void onData(int channel, ByteBuffer payload) {
            int last = phrases.size() - 1;
            if (continues && phrases.get(last).startsWith("data " + channel + " ")) {
                String more = payload.hasRemaining() ? Bytes.toHex(payload) : "";
                phrases.set(last, phrases.get(last).replace("-", "") + more);
                if (phrases.get(last).endsWith(" ")) {
                    phrases.set(last, phrases.get(last) + "-");
                }
            } else {
                phrases.add("data " + channel + " " + Bytes.toHex(payload));
            }
        }

        @Override
        public void onClose(int channel) {
            phrases.add("close " + channel);
        }

        @Override
        public void onIgnored(String why, int bytes) {
            if (!continues) {
                phrases.add("ignored");
            }
        }

        @Override
        public String toString() {
            return phrases.isEmpty() ? "-" : String.join("; ", phrases);
        }
    }
}
