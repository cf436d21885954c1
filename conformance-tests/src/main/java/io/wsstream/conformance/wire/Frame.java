package io.wsstream.conformance.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One WebSocket frame, legal or not: any flags, any opcode, any form of its length.
 *
 * <pre>
 *  bit 0   1..3   4..7      8     9..15
 * +-----+------+--------+------+---------+----------------+-------------+---------+
 * | FIN | RSV  | opcode | MASK | length  | more length    | mask, 0 or  | payload |
 * |     | 1..3 |        |      | 126 127 | 0, 2 or 8 byte | 4 bytes     |         |
 * +-----+------+--------+------+---------+----------------+-------------+---------+
 * </pre>
 *
 * <p>Immutable. Source: RFC 6455 5.2.
 */
public final class Frame {
    /** Continues a fragmented message. */
    public static final int CONTINUATION = 0;
    /** A text message, or the first part of one. */
    public static final int TEXT = 1;
    /** A binary message, or the first part of one. */
    public static final int BINARY = 2;
    /** The last frame of its direction. */
    public static final int CLOSE = 8;
    /** Asks for a Pong. */
    public static final int PING = 9;
    /** Answers a Ping. */
    public static final int PONG = 10;

    /** Stands for a Close without a code. */
    public static final int NO_CODE = 1005;

    /** How the length is written; a reader must refuse all but the shortest that fits. */
    public enum LengthForm {
        /** In the 7 bits of the second byte. */
        SHORT,
        /** In two more bytes. */
        TWO_BYTES,
        /** In eight more bytes. */
        EIGHT_BYTES;

        /** {@return the only legal form of this length} */
        public static LengthForm shortestOf(long length) {
            return length < 126 ? SHORT : length < 0x10000 ? TWO_BYTES : EIGHT_BYTES;
        }
    }

    private static final int SHOWN_BYTES = 24;

    private final boolean fin;
    private final int rsv;
    private final int opcode;
    private final boolean masked;
    private final int maskKey;
    private final LengthForm lengthForm;
    private final long declaredLength;
    private final byte[] payload;

    private Frame(Builder from) {
        this.fin = from.fin;
        this.rsv = from.rsv;
        this.opcode = from.opcode;
        this.masked = from.masked;
        this.maskKey = from.maskKey;
        this.payload = from.payload;
        this.declaredLength = from.declaredLength < 0 ? payload.length : from.declaredLength;
        this.lengthForm = from.lengthForm == null ? LengthForm.shortestOf(declaredLength) : from.lengthForm;
    }

    /** {@return a final, unmasked frame with this opcode, to be changed} */
    public static Builder of(int opcode, byte[] payload) {
        return new Builder(opcode, payload);
    }

    /** {@return a Close with a code and a reason, to be changed; {@link #NO_CODE} is one without payload} */
    public static Builder close(int code, String reason) {
        if (code == NO_CODE) {
            return of(CLOSE, new byte[0]);
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return of(
                CLOSE,
                ByteBuffer.allocate(2 + text.length)
                        .putShort((short) code)
                        .put(text)
                        .array());
    }

    /** {@return whether this is the last frame of its message} */
    public boolean fin() {
        return fin;
    }

    /** {@return the reserved bits, 0 to 7; 4 is RSV1} */
    public int rsv() {
        return rsv;
    }

    /** {@return 0 to 15} */
    public int opcode() {
        return opcode;
    }

    /** {@return whether the opcode is that of a control frame} */
    public boolean isControl() {
        return opcode >= 8;
    }

    /** {@return whether there is a mask} */
    public boolean masked() {
        return masked;
    }

    /** {@return the masking key; 0 without a mask} */
    public int maskKey() {
        return maskKey;
    }

    /** {@return how the length was written} */
    public LengthForm lengthForm() {
        return lengthForm;
    }

    /** {@return the length as it is written, whatever the payload has} */
    public long declaredLength() {
        return declaredLength;
    }

    /** {@return the payload, without the mask; not a copy} */
    public byte[] payload() {
        return payload;
    }

    /** {@return the code of a Close; {@link #NO_CODE} without one, -1 for half of one} */
    public int closeCode() {
        return payload.length == 0
                ? NO_CODE
                : payload.length == 1 ? -1 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    }

    /** {@return the reason of a Close as the bytes that stand there} */
    public byte[] closeReason() {
        return payload.length <= 2 ? new byte[0] : Arrays.copyOfRange(payload, 2, payload.length);
    }

    /** {@return the same frame with no more than so many bytes of its payload kept} */
    public Frame head(int bytes) {
        if (payload.length <= bytes) {
            return this;
        }
        Builder head = of(opcode, Arrays.copyOf(payload, bytes))
                .fin(fin)
                .rsv(rsv)
                .lengthForm(lengthForm)
                .declaredLength(declaredLength);
        return (masked ? head.masked(maskKey) : head).build();
    }

    /** {@return the bytes of this frame on the wire} */
    public byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 14);
        out.write((fin ? 0x80 : 0) | (rsv << 4) | opcode);
        int mask = masked ? 0x80 : 0;
        switch (lengthForm) {
            case SHORT -> out.write(mask | ((int) declaredLength & 0x7F));
            case TWO_BYTES -> {
                out.write(mask | 126);
                out.writeBytes(
                        ByteBuffer.allocate(2).putShort((short) declaredLength).array());
            }
            case EIGHT_BYTES -> {
                out.write(mask | 127);
                out.writeBytes(ByteBuffer.allocate(8).putLong(declaredLength).array());
            }
        }
        if (masked) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(maskKey).array());
            out.writeBytes(unmask(payload.clone(), maskKey));
        } else {
            out.writeBytes(payload);
        }
        return out.toByteArray();
    }

    /** Masks or unmasks in place. */
    static byte[] unmask(byte[] bytes, int key) {
        byte[] keyBytes = ByteBuffer.allocate(4).putInt(key).array();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= keyBytes[i & 3];
        }
        return bytes;
    }

    /** {@return one bounded line for a person} */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(name());
        if (!fin) {
            line.append(" not final");
        }
        if (rsv != 0) {
            line.append(" rsv ").append(rsv);
        }
        if (lengthForm != LengthForm.shortestOf(declaredLength)) {
            line.append(" length in ")
                    .append(lengthForm == LengthForm.TWO_BYTES ? "2" : "8")
                    .append(" bytes");
        }
        line.append(masked ? " masked" : "").append(" [").append(payload.length);
        if (declaredLength != payload.length) {
            line.append(" of ").append(declaredLength);
        }
        line.append("]");
        if (opcode == CLOSE && payload.length >= 2) {
            line.append(" ").append(closeCode());
            line.append(payload.length > 2 ? " " + Excerpt.text(closeReason()) : "");
        } else if (payload.length > 0) {
            byte[] shown = Arrays.copyOf(payload, Math.min(payload.length, SHOWN_BYTES));
            line.append(" ").append(HexFormat.ofDelimiter(" ").formatHex(shown));
            line.append(shown.length < payload.length ? " ..." : "")
                    .append("  ")
                    .append(Excerpt.text(shown));
        }
        return line.toString();
    }

    private String name() {
        return switch (opcode) {
            case CONTINUATION -> "continuation";
            case TEXT -> "text";
            case BINARY -> "binary";
            case CLOSE -> "Close";
            case PING -> "Ping";
            case PONG -> "Pong";
            default -> "opcode " + opcode;
        };
    }

    /** Collects what a frame is made of. For one thread. */
    public static final class Builder {
        private final int opcode;
        private final byte[] payload;
        private boolean fin = true;
        private int rsv;
        private boolean masked;
        private int maskKey;
        private long declaredLength = -1;
        private @org.jspecify.annotations.Nullable LengthForm lengthForm;

        private Builder(int opcode, byte[] payload) {
            this.opcode = opcode & 0xF;
            this.payload = payload;
        }

        /** Whether it is the last of its message; otherwise more follow. */
        public Builder fin(boolean value) {
            fin = value;
            return this;
        }

        /** The reserved bits, 0 to 7. */
        public Builder rsv(int value) {
            rsv = value & 7;
            return this;
        }

        /** With a mask of this key. */
        public Builder masked(int key) {
            masked = true;
            maskKey = key;
            return this;
        }

        /** A form of the length that may not be the shortest. */
        public Builder lengthForm(LengthForm value) {
            lengthForm = value;
            return this;
        }

        /** A length that the payload need not have. */
        public Builder declaredLength(long value) {
            declaredLength = value;
            return this;
        }

        /** {@return the frame} */
        public Frame build() {
            return new Frame(this);
        }
    }
}
