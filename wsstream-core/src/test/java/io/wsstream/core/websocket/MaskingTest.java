package io.wsstream.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.testing.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class MaskingTest {
    private static final int KEY = 0xA1B2C3D4;

    @Test
    void equalsAByteLoopForEveryPhaseLengthAndOffset() {
        for (int length = 0; length <= 100; length++) {
            for (int phase = 0; phase < 9; phase++) {
                for (int offset = 0; offset < 9; offset++) {
                    checkHeap(length, phase, offset);
                    checkDirect(length, phase, offset);
                }
            }
        }
    }

    @Test
    void aPhaseBeyondAnIntCountsLikeASmallOne() {
        long phase = (1L << 33) + 3;
        ByteBuffer bytes = ByteBuffer.wrap(Bytes.pattern(40));

        Masking.apply(bytes, KEY, phase);

        assertThat(bytes.array()).isEqualTo(loop(Bytes.pattern(40), 0, 40, 3));
    }

    @Test
    void aSliceIsMaskedWhereItLies() {
        byte[] array = Bytes.pattern(64);
        ByteBuffer slice = ByteBuffer.wrap(array).slice(7, 50).position(5);

        Masking.apply(slice, KEY, 2);

        assertThat(array).isEqualTo(loop(Bytes.pattern(64), 12, 45, 2));
    }

    @Test
    void theByteOrderOfTheBufferDoesNotMatter() {
        ByteBuffer heap = ByteBuffer.wrap(Bytes.pattern(40)).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer direct = direct(Bytes.pattern(40)).order(ByteOrder.LITTLE_ENDIAN);

        Masking.apply(heap, KEY, 1);
        Masking.apply(direct, KEY, 1);

        assertThat(Bytes.toHex(heap)).isEqualTo(Bytes.toHex(loop(Bytes.pattern(40), 0, 40, 1)));
        assertThat(Bytes.toHex(direct)).isEqualTo(Bytes.toHex(heap));
        assertThat(direct.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void maskingTwiceGivesTheBytesBack() {
        ByteBuffer bytes = ByteBuffer.wrap(Bytes.pattern(1001));

        Masking.apply(bytes, KEY, 3);
        Masking.apply(bytes, KEY, 3);

        assertThat(bytes.array()).isEqualTo(Bytes.pattern(1001));
    }

    private static void checkHeap(int length, int phase, int offset) {
        byte[] array = Bytes.pattern(120);
        ByteBuffer bytes = ByteBuffer.wrap(array, offset, length);

        Masking.apply(bytes, KEY, phase);

        assertThat(array).isEqualTo(loop(Bytes.pattern(120), offset, length, phase));
        assertThat(bytes.position()).isEqualTo(offset);
        assertThat(bytes.remaining()).isEqualTo(length);
    }

    private static void checkDirect(int length, int phase, int offset) {
        ByteBuffer bytes = direct(Bytes.pattern(120)).position(offset).limit(offset + length);

        Masking.apply(bytes, KEY, phase);

        assertThat(bytes.position()).isEqualTo(offset);
        assertThat(bytes.remaining()).isEqualTo(length);
        byte[] all = new byte[120];
        bytes.clear().get(all);
        assertThat(all).isEqualTo(loop(Bytes.pattern(120), offset, length, phase));
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static byte[] loop(byte[] bytes, int offset, int length, int phase) {
        for (int i = 0; i < length; i++) {
            bytes[offset + i] ^= (byte) (KEY >>> (24 - 8 * ((phase + i) % 4)));
        }
        return bytes;
    }
}
