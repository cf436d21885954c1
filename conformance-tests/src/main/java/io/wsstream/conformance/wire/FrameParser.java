package io.wsstream.conformance.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes bytes as they come and gives frames. It refuses nothing: what is wrong with a frame is for the caller to say.
 *
 * <p><b>Threads:</b> one. <b>Memory:</b> the frame that is not whole yet.
 */
final class FrameParser {
    private byte[] bytes = new byte[64 << 10];
    private int from;
    private int to;

    /** Adds what was read. */
    void add(byte[] more, int count) {
        if (to + count > bytes.length) {
            int kept = to - from;
            byte[] room = kept + count > bytes.length ? new byte[Math.max(2 * bytes.length, kept + count)] : bytes;
            System.arraycopy(bytes, from, room, 0, kept);
            bytes = room;
            from = 0;
            to = kept;
        }
        System.arraycopy(more, 0, bytes, to, count);
        to += count;
    }

    /** {@return the bytes that are there, up to and with the first empty line; null when there is none yet} */
    byte @Nullable [] takeHead() {
        for (int i = from; i + 4 <= to; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') {
                return take(i + 4 - from);
            }
        }
        return null;
    }

    /** {@return that many bytes, or fewer if fewer are there} */
    byte[] take(int count) {
        int taken = Math.min(count, to - from);
        byte[] result = Arrays.copyOfRange(bytes, from, from + taken);
        from += taken;
        return result;
    }

    /** {@return how many bytes wait} */
    int pending() {
        return to - from;
    }

    /** {@return the length that the frame which is not whole yet says it has; 0 while that is not known} */
    long unfinishedLength() {
        int pending = to - from;
        int code = pending < 2 ? 0 : bytes[from + 1] & 0x7F;
        ByteBuffer in = ByteBuffer.wrap(bytes, from, pending);
        return code == 127 && pending >= 10
                ? in.getLong(from + 2)
                : code == 126 && pending >= 4 ? in.getShort(from + 2) & 0xFFFF : code < 126 ? code : 0;
    }

    /** {@return the next frame, or null while it is not whole} */
    @Nullable
    Frame next() {
        if (to - from < 2) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
        int first = in.get() & 0xFF;
        int second = in.get() & 0xFF;
        int more = (second & 0x7F) == 126 ? 2 : (second & 0x7F) == 127 ? 8 : 0;
        boolean masked = (second & 0x80) != 0;
        if (in.remaining() < more + (masked ? 4 : 0)) {
            return null;
        }
        long length = switch (more) {
            case 2 -> in.getShort() & 0xFFFF;
            case 8 -> in.getLong();
            default -> second & 0x7F;
        };
        int key = masked ? in.getInt() : 0;
        if (length < 0 || length > in.remaining()) {
            return null;
        }
        byte[] payload = new byte[(int) length];
        in.get(payload);
        from = in.position();
        Frame.Builder frame = Frame.of(first, masked ? Frame.unmask(payload, key) : payload)
                .fin((first & 0x80) != 0)
                .rsv(first >> 4)
                .lengthForm(
                        more == 0
                                ? Frame.LengthForm.SHORT
                                : more == 2 ? Frame.LengthForm.TWO_BYTES : Frame.LengthForm.EIGHT_BYTES);
        return (masked ? frame.masked(key) : frame).build();
    }
}
