package io.wsstream.bench.micro;

import java.nio.ByteBuffer;

/** Frames as a peer would send them, written out here so that no codec of ours is measured with itself. */
final class Frames {
    private Frames() {}

    static ByteBuffer binary(int payloadBytes, boolean masked, boolean direct) {
        int capacity = 14 + payloadBytes;
        ByteBuffer frame = direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
        int maskBit = masked ? 0x80 : 0;
        frame.put((byte) 0x82);
        if (payloadBytes < 126) {
            frame.put((byte) (maskBit | payloadBytes));
        } else if (payloadBytes < 0x10000) {
            frame.put((byte) (maskBit | 126)).putShort((short) payloadBytes);
        } else {
            frame.put((byte) (maskBit | 127)).putLong(payloadBytes);
        }
        if (masked) {
            frame.putInt(0x12345678);
        }
        for (int i = 0; i < payloadBytes; i++) {
            frame.put((byte) i);
        }
        return frame.flip();
    }
}
