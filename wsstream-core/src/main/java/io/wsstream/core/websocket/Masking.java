package io.wsstream.core.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The masking of RFC 6455 section 5.3, eight bytes at a time. Masking and unmasking are the same operation.
 *
 * <p><b>Threads:</b> stateless.
 */
final class Masking {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Masking() {}

    /**
     * Masks position to limit in place; position and limit stay.
     *
     * @param bytes what to mask
     * @param key the four key bytes, the first one in the highest byte
     * @param phase how many payload bytes of the frame came before these
     */
    static void apply(ByteBuffer bytes, int key, long phase) {
        if (key == 0) {
            return; // nothing would change, and the bytes may be read-only
        }
        int rotated = Integer.rotateLeft(key, (int) (phase & 3) * 8);
        long wide = ((long) rotated << 32) | (rotated & 0xFFFFFFFFL);
        if (bytes.hasArray()) {
            array(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining(), rotated, wide);
        } else {
            direct(bytes, rotated, wide);
        }
    }

    private static void array(byte[] bytes, int from, int count, int key, long wide) {
        int at = from;
        int end = from + count;
        for (; at + 32 <= end; at += 32) {
            LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ wide);
            LONGS.set(bytes, at + 8, (long) LONGS.get(bytes, at + 8) ^ wide);
            LONGS.set(bytes, at + 16, (long) LONGS.get(bytes, at + 16) ^ wide);
            LONGS.set(bytes, at + 24, (long) LONGS.get(bytes, at + 24) ^ wide);
        }
        for (; at + 8 <= end; at += 8) {
            LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ wide);
        }
        for (int i = 0; at < end; at++, i++) {
            bytes[at] ^= (byte) (key >>> (24 - (i & 3) * 8));
        }
    }

    private static void direct(ByteBuffer bytes, int key, long wide) {
        ByteBuffer view = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
        int at = view.position();
        int end = view.limit();
        for (; at + 8 <= end; at += 8) {
            view.putLong(at, view.getLong(at) ^ wide);
        }
        for (int i = 0; at < end; at++, i++) {
            view.put(at, (byte) (view.get(at) ^ (key >>> (24 - (i & 3) * 8))));
        }
    }
}
