package io.wsstream.core.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes frame headers: always FIN, never a fragment, always the shortest length.
 *
 * <p><b>Threads:</b> stateless.
 *
 * <p>Source: RFC 6455 section 5.2.
 */
public final class FrameEncoder {
    /** The longest header. */
    public static final int MAX_HEADER_BYTES = 14;

    private FrameEncoder() {}

    /**
     * How long a header is.
     *
     * @param payloadBytes of the frame
     * @param masked whether it holds a mask key
     * @return its length, in bytes
     */
    public static int headerBytes(int payloadBytes, boolean masked) {
        int lengthBytes = payloadBytes < 126 ? 0 : payloadBytes < 0x10000 ? 2 : 8;
        return 2 + lengthBytes + (masked ? 4 : 0);
    }

    /**
     * Puts a header; absolute, position and limit stay.
     *
     * @param to where
     * @param at its first byte
     * @param opcode what the frame is
     * @param payloadBytes how long its payload is
     * @param masked whether it holds a mask key
     * @param maskKey the key, its first byte the highest
     */
    public static void putHeader(ByteBuffer to, int at, int opcode, int payloadBytes, boolean masked, int maskKey) {
        int maskBit = masked ? 0x80 : 0;
        int next = at + 2;
        to.put(at, (byte) (0x80 | opcode));
        if (payloadBytes < 126) {
            to.put(at + 1, (byte) (maskBit | payloadBytes));
        } else if (payloadBytes < 0x10000) {
            to.put(at + 1, (byte) (maskBit | 126));
            to.put(next, (byte) (payloadBytes >>> 8)).put(next + 1, (byte) payloadBytes);
            next += 2;
        } else {
            to.put(at + 1, (byte) (maskBit | 127));
            for (int i = 0; i < 4; i++) {
                to.put(next + i, (byte) 0);
                to.put(next + 4 + i, (byte) (payloadBytes >>> (24 - 8 * i)));
            }
            next += 8;
        }
        if (masked) {
            for (int i = 0; i < 4; i++) {
                to.put(next + i, (byte) (maskKey >>> (24 - 8 * i)));
            }
        }
    }

    /**
     * The payload of a Close frame.
     *
     * @param code why; 1005 gives none at all
     * @param reason for a person; one that is too long is cut at a character
     * @return at most 125 bytes
     */
    public static byte[] closePayload(int code, String reason) {
        if (code == CloseCode.NO_CODE) {
            return new byte[0];
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, 123);
        while (length > 0 && length < text.length && (text[length] & 0xC0) == 0x80) {
            length--;
        }
        byte[] payload = new byte[2 + length];
        payload[0] = (byte) (code >>> 8);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, length);
        return payload;
    }
}
