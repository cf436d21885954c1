package io.wsstream.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.testing.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameEncoderTest {
    @ParameterizedTest
    @CsvSource({
        "0, false, 8200",
        "1, false, 8201",
        "125, false, 827d",
        "126, false, 827e007e",
        "65535, false, 827effff",
        "65536, false, 827f0000000000010000",
        "2147483647, false, 827f000000007fffffff",
        "0, true, 8280a1b2c3d4",
        "125, true, 82fda1b2c3d4",
        "126, true, 82fe007ea1b2c3d4",
        "65535, true, 82feffffa1b2c3d4",
        "65536, true, 82ff0000000000010000a1b2c3d4",
    })
    void theHeaderIsFinalAndHasTheShortestLength(int payloadBytes, boolean masked, String hex) {
        int headerBytes = FrameEncoder.headerBytes(payloadBytes, masked);
        ByteBuffer to = ByteBuffer.allocate(3 + headerBytes + 3);

        FrameEncoder.putHeader(to, 3, Opcode.BINARY, payloadBytes, masked, 0xA1B2C3D4);

        assertThat(Bytes.toHex(to)).isEqualTo("000000" + hex + "000000");
        assertThat(to.position()).isZero();
    }

    @Test
    void theLongestHeaderIsAsLongAsPromised() {
        assertThat(FrameEncoder.headerBytes(Integer.MAX_VALUE, true)).isEqualTo(FrameEncoder.MAX_HEADER_BYTES);
    }

    @Test
    void theByteOrderOfTheBufferDoesNotMatter() {
        ByteBuffer to = ByteBuffer.allocate(14).order(java.nio.ByteOrder.LITTLE_ENDIAN);

        FrameEncoder.putHeader(to, 0, Opcode.TEXT, 65536, true, 0x01020304);

        assertThat(Bytes.toHex(to)).isEqualTo("81ff000000000001000001020304");
    }

    @Test
    void aCloseWithoutACodeHasNoPayload() {
        assertThat(FrameEncoder.closePayload(CloseCode.NO_CODE, "lost")).isEmpty();
    }

    @Test
    void aCloseHasItsCodeAndItsReason() {
        assertThat(Bytes.toHex(FrameEncoder.closePayload(1000, ""))).isEqualTo("03e8");
        assertThat(Bytes.toHex(FrameEncoder.closePayload(1001, "é"))).isEqualTo("03e9c3a9");
    }

    @ParameterizedTest
    @CsvSource({
        "a, 123, 123",
        "a, 124, 123",
        "é, 61, 122",
        "é, 62, 122",
        "€, 41, 123",
        "€, 42, 123",
        "😀, 30, 120",
        "😀, 31, 120"
    })
    void aReasonThatIsTooLongIsCutBetweenCharacters(String character, int count, int bytes) {
        byte[] payload = FrameEncoder.closePayload(1000, character.repeat(count));

        assertThat(payload).hasSize(2 + bytes);
        assertThat(new String(payload, 2, bytes, StandardCharsets.UTF_8))
                .isEqualTo(character.repeat(bytes / character.getBytes(StandardCharsets.UTF_8).length));
    }
}
