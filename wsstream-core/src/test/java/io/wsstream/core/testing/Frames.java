package io.wsstream.core.testing;

import io.wsstream.core.websocket.Role;
import java.nio.ByteBuffer;

/** WebSocket frames, made by the test itself. */
public final class Frames {
    private Frames() {}

    /** A frame as the peer of {@code role} sends it, made byte by byte. */
    public static byte[] frame(Role role, int firstByte, byte[] payload, int key) {
        boolean masked = role == Role.SERVER;
        ByteBuffer wire = ByteBuffer.allocate(payload.length + 14).put((byte) firstByte);
        int maskBit = masked ? 0x80 : 0;
        if (payload.length < 126) {
            wire.put((byte) (maskBit | payload.length));
        } else if (payload.length < 65536) {
            wire.put((byte) (maskBit | 126)).putShort((short) payload.length);
        } else {
            wire.put((byte) (maskBit | 127)).putLong(payload.length);
        }
        if (masked) {
            wire.putInt(key);
        }
        for (int i = 0; i < payload.length; i++) {
            wire.put((byte) (masked ? payload[i] ^ (key >>> (24 - 8 * (i % 4))) : payload[i]));
        }
        byte[] bytes = new byte[wire.position()];
        wire.flip().get(bytes);
        return bytes;
    }
}
