package io.wsstream.core.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.TerminalSize;
import io.wsstream.core.testing.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResizeDecoderTest {
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/resize.csv", numLinesToSkip = 1, ignoreLeadingAndTrailingWhitespace = false)
    void conformsToVector(String id, String section, String messages, String expectation) {
        List<byte[]> parts = new ArrayList<>();
        for (String message : messages.split("\\|", -1)) {
            parts.add(Bytes.ofText(message));
        }

        assertThat(decode(parts)).as("%s, PROTOCOL.md %s", id, section).isEqualTo(expectation);
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/resize.csv", numLinesToSkip = 1, ignoreLeadingAndTrailingWhitespace = false)
    void conformsToVectorByteByByte(String id, String section, String messages, String expectation) {
        List<byte[]> parts = new ArrayList<>();
        for (String message : messages.split("\\|", -1)) {
            for (byte one : Bytes.ofText(message)) {
                parts.add(new byte[] {one});
            }
        }

        assertThat(decode(parts)).as("%s, PROTOCOL.md %s", id, section).isEqualTo(expectation);
    }

    @Test
    void whatItWritesItReads() {
        byte[] written = ResizeDecoder.encode(new TerminalSize(65535, 0));

        assertThat(decode(List.of(written))).isEqualTo("65535x0");
    }

    /** Found by the fuzzer: Jackson took it for a beginning, or not, by where the messages were cut. */
    @ParameterizedTest
    @ValueSource(strings = {"0a0aef", "efbbbf7b7d", "20efbbbf7b7d"})
    void aByteOrderMarkIsNoSizeHoweverItIsCut(String hex) {
        byte[] bytes = Bytes.ofHex(hex);
        for (int cut = 0; cut < bytes.length; cut++) {
            ResizeDecoder decoder = new ResizeDecoder(size -> {
                throw new AssertionError(size);
            });

            boolean alive = decoder.decode(ByteBuffer.wrap(bytes, 0, cut));
            alive &= decoder.decode(ByteBuffer.wrap(bytes, cut, bytes.length - cut));

            assertThat(alive).as("cut at " + cut).isFalse();
        }
    }

    @Test
    void anyBytesAtAllNeverThrow() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "{}[]:,\"\\ \n0123456789-+.eEuWidthHeightnullfalse\u00e9\u0000/*#'";
        for (int round = 0; round < 5000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(60); i > 0; i--) {
                switch (random.nextInt(6)) {
                    case 0 -> text.append("{\"Width\":80,\"Height\":24}");
                    case 1 -> text.append("\"Width\":");
                    case 2 -> text.append("\"Height\"");
                    default -> text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            for (int i = random.nextInt(4); i > 1 && bytes.length > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            ResizeDecoder decoder = new ResizeDecoder(size -> {});
            try {
                int cut = random.nextInt(bytes.length + 1);
                decoder.decode(ByteBuffer.wrap(bytes, 0, cut));
                decoder.decode(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
            } catch (RuntimeException thrown) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + text, thrown);
            }
        }
    }

    @Test
    void aStringWithoutEndEndsTheDecoderInsteadOfTheHeap() {
        assertThat(bytesUntilTheEnd("{\"x\":\"", "a")).isLessThan(1 << 20);
    }

    @Test
    void aNameWithoutEndEndsTheDecoderInsteadOfTheHeap() {
        assertThat(bytesUntilTheEnd("{\"", "a")).isLessThan(1 << 20);
    }

    @Test
    void aNumberWithoutEndEndsTheDecoderInsteadOfTheHeap() {
        assertThat(bytesUntilTheEnd("{\"x\":1", "1")).isLessThan(1 << 20);
    }

    @Test
    void nestingWithoutEndEndsTheDecoderInsteadOfTheStack() {
        assertThat(bytesUntilTheEnd("{\"x\":", "[")).isLessThan(1 << 20);
    }

    @Test
    void spaceWithoutEndIsTaken() {
        assertThat(bytesUntilTheEnd("", " ")).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void theEndIsToldOnceAndEverythingAfterItIsConsumed() {
        List<TerminalSize> sizes = new ArrayList<>();
        ResizeDecoder decoder = new ResizeDecoder(sizes::add);
        ByteBuffer late = ByteBuffer.wrap(Bytes.ofText("{\"Width\":80,\"Height\":24}"));

        boolean first = decoder.decode(ByteBuffer.wrap(Bytes.ofText("[]")));
        boolean second = decoder.decode(late);

        assertThat(first).isFalse();
        assertThat(second).isTrue();
        assertThat(late.hasRemaining()).isFalse();
        assertThat(sizes).isEmpty();
    }

    private static int bytesUntilTheEnd(String start, String repeated) {
        ResizeDecoder decoder = new ResizeDecoder(size -> {});
        byte[] chunk = repeated.repeat(4096).getBytes(StandardCharsets.US_ASCII);
        decoder.decode(ByteBuffer.wrap(start.getBytes(StandardCharsets.US_ASCII)));
        for (int sent = 0; sent < 4 << 20; sent += chunk.length) {
            if (!decoder.decode(ByteBuffer.wrap(chunk))) {
                return sent;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static String decode(List<byte[]> parts) {
        List<String> said = new ArrayList<>();
        ResizeDecoder decoder = new ResizeDecoder(size -> said.add(size.toString()));
        for (byte[] part : parts) {
            if (!decoder.decode(ByteBuffer.wrap(part))) {
                said.add("end");
            }
        }
        return String.join(" ", said);
    }
}
