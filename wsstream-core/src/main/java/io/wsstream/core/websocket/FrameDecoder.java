package io.wsstream.core.websocket;

import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.WsStreamException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one direction of a connection into parts of messages and control frames.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-+-+-+-+-------+-+-------------+-------------------------------+
 *  |F|R|R|R| opcode|M| length (7)  |  length, 16 bits if (7) = 126 |
 *  |I|S|S|S|  (4)  |A|             |          64 bits if (7) = 127 |
 *  |N|V|V|V|       |S|             |                               |
 *  +-+-+-+-+-------+K+-------------+-------------------------------+
 *  | masking key, 4 bytes if M     |  payload                      |
 *  +-------------------------------+-------------------------------+
 * </pre>
 *
 * <p>A frame of up to {@value #WHOLE_FRAME_BYTES} bytes is handed out whole or not at all, so a connection that breaks
 * in the middle of one leaves nothing behind. A larger frame is handed out as it comes in.
 *
 * <p><b>Threads:</b> owned by the connection's reader. <b>Blocking:</b> only inside the handler. <b>Memory:</b> at most
 * one frame of {@value #WHOLE_FRAME_BYTES} bytes, from when it comes in pieces to the next read that brings none; parts are
 * views of the caller's buffer or of that.
 *
 * <p>Source: RFC 6455 sections 5.2 to 5.5; PROTOCOL.md 5.
 */
public final class FrameDecoder {
    /** Frames up to this many payload bytes are all or nothing. */
    public static final int WHOLE_FRAME_BYTES = 64 * 1024;

    private static final int MAX_CONTROL_BYTES = 125;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** What came. Buffers are valid until the method returns: copy to keep. */
    public interface Handler {
        /**
         * A part of a data message.
         *
         * @param part some bytes, or none
         * @param first whether the message begins here
         * @param last whether it ends here
         * @throws WsStreamException if the message breaks a rule of the layer above
         */
        void onMessagePart(ByteBuffer part, boolean first, boolean last) throws WsStreamException;

        /**
         * A Ping.
         *
         * @param payload 0 to 125 bytes
         */
        void onPing(ByteBuffer payload);

        /**
         * A Pong, asked for or not.
         *
         * @param payload 0 to 125 bytes
         */
        void onPong(ByteBuffer payload);

        /**
         * A Close; nothing is decoded after it.
         *
         * @param code the code, or {@link CloseCode#NO_CODE}
         * @param reason the reason, possibly empty
         */
        void onClose(int code, String reason);
    }

    private final Role role;
    private final int maxMessageBytes;
    private final Handler handler;

    // owner: reader thread, all below
    private final ByteBuffer header = ByteBuffer.allocate(14);
    private int headerBytes;
    private int headerNeeded = 2;
    private boolean inPayload;
    private boolean fin;
    private int opcode;
    private int maskKey;
    private long payloadBytes;
    private long payloadDone;
    /** The payload is gathered in {@link #gathered}, since it came in pieces. */
    private boolean gathering;
    /** Some of the bytes of this read were gathered. */
    private boolean gatheredNow;
    /** For the next frame that comes in pieces too; none after a read of whole frames alone. */
    private byte @Nullable [] gathered;

    private boolean inMessage;
    private long messageBytes;
    private boolean partGiven;
    private boolean closed;

    /**
     * A decoder at the start of a connection.
     *
     * @param role which side decodes: a server demands masks, a client refuses them
     * @param maxMessageBytes the largest message, over all its fragments, in bytes; larger ones are refused with 1009
     *     before they are read
     * @param handler what is told
     */
    public FrameDecoder(Role role, int maxMessageBytes, Handler handler) {
        this.role = role;
        this.maxMessageBytes = maxMessageBytes;
        this.handler = handler;
    }

    /**
     * Decodes what is there.
     *
     * @param in position to limit; wholly consumed unless a Close frame is in it; its bytes are unmasked in place
     * @throws WsStreamException if the bytes break a rule; the connection is then of no more use
     */
    public void decode(ByteBuffer in) throws WsStreamException {
        gatheredNow = false;
        boolean more = true;
        while (more && !closed) {
            more = (inPayload || readHeader(in)) && readPayload(in);
        }
        if (!inPayload && !gatheredNow) {
            gathered = null;
        }
    }

    private boolean readHeader(ByteBuffer in) throws ProtocolViolationException {
        while (headerBytes < headerNeeded) {
            if (!in.hasRemaining()) {
                return false;
            }
            header.put(headerBytes++, in.get());
            if (headerBytes == 2) {
                headerNeeded = checkFirstTwo();
            }
        }
        readLengthAndKey();
        headerBytes = 0;
        headerNeeded = 2;
        inPayload = true;
        payloadDone = 0;
        return true;
    }

    /** Checks the first two bytes as soon as they are there; returns how long the header is. */
    private int checkFirstTwo() throws ProtocolViolationException {
        int flags = header.get(0) & 0xFF;
        if ((flags & 0x70) != 0) {
            throw violation("reserved bits are set; no extension was negotiated");
        }
        fin = (flags & 0x80) != 0;
        int nextOpcode = flags & 0x0F;
        boolean masked = isMasked();
        int length7 = header.get(1) & 0x7F;
        if (role == Role.SERVER && !masked) {
            throw violation("a frame without a mask came from a client; expected a mask on every frame");
        }
        if (role == Role.CLIENT && masked) {
            throw violation("a masked frame came from a server; expected none");
        }
        switch (nextOpcode) {
            case Opcode.TEXT, Opcode.BINARY -> {
                if (inMessage) {
                    throw violation("a new message began inside a fragmented one; expected a continuation");
                }
                messageBytes = 0;
                partGiven = false;
            }
            case Opcode.CONTINUATION -> {
                if (!inMessage) {
                    throw violation("a continuation without a message before it");
                }
            }
            case Opcode.CLOSE, Opcode.PING, Opcode.PONG -> {
                if (!fin) {
                    throw violation("a fragmented control frame");
                }
                if (length7 > MAX_CONTROL_BYTES) {
                    throw violation("a control frame of more than 125 bytes");
                }
            }
            default -> throw violation("reserved opcode " + nextOpcode);
        }
        opcode = nextOpcode;
        int lengthBytes = length7 == 127 ? 8 : length7 == 126 ? 2 : 0;
        return 2 + lengthBytes + (masked ? 4 : 0);
    }

    private void readLengthAndKey() throws ProtocolViolationException {
        int length7 = header.get(1) & 0x7F;
        if (length7 == 127) {
            payloadBytes = header.getLong(2);
            if (payloadBytes < 0x10000) {
                throw violation("a length of " + payloadBytes + " in 8 bytes; expected the shortest form");
            }
        } else if (length7 == 126) {
            payloadBytes = header.getShort(2) & 0xFFFF;
            if (payloadBytes < 126) {
                throw violation("a length of " + payloadBytes + " in 2 bytes; expected the shortest form");
            }
        } else {
            payloadBytes = length7;
        }
        maskKey = isMasked() ? header.getInt(headerNeeded - Integer.BYTES) : 0;
        if (isData()) {
            if (payloadBytes > maxMessageBytes - messageBytes) {
                throw new ProtocolViolationException(
                        CloseCode.TOO_BIG,
                        "a frame of " + payloadBytes + " bytes after " + messageBytes + " of its message; the limit is "
                                + maxMessageBytes);
            }
            messageBytes += payloadBytes;
            inMessage = true;
        }
    }

    private boolean isMasked() {
        return (header.get(1) & 0x80) != 0;
    }

    private boolean isData() {
        return opcode <= Opcode.BINARY;
    }

    /** Returns whether the frame is complete. */
    private boolean readPayload(ByteBuffer in) throws WsStreamException {
        if (!gathering && in.remaining() >= payloadBytes - payloadDone) {
            giveFrom(in, (int) (payloadBytes - payloadDone), true);
            return true;
        }
        if (payloadBytes > WHOLE_FRAME_BYTES) {
            if (in.hasRemaining()) {
                giveFrom(in, in.remaining(), false);
            }
            return false;
        }
        if (!in.hasRemaining()) {
            return false;
        }
        byte[] to = gathered;
        if (to == null || to.length < payloadBytes) {
            to = new byte[(int) payloadBytes];
            gathered = to;
        }
        gathering = true;
        gatheredNow = true;
        int taken = (int) Math.min(in.remaining(), payloadBytes - payloadDone);
        in.get(to, (int) payloadDone, taken);
        payloadDone += taken;
        if (payloadDone < payloadBytes) {
            return false;
        }
        ByteBuffer whole = ByteBuffer.wrap(to, 0, (int) payloadBytes);
        gathering = false;
        payloadDone = 0;
        giveFrom(whole, whole.remaining(), true);
        return true;
    }

    /** Hands out the next bytes of {@code in} without copying: narrows it, and widens it again afterwards. */
    private void giveFrom(ByteBuffer in, int count, boolean frameEnds) throws WsStreamException {
        int limit = in.limit();
        int end = in.position() + count;
        in.limit(end);
        if (role == Role.SERVER && count > 0) {
            Masking.apply(in, maskKey, payloadDone);
        }
        payloadDone += count;
        inPayload = !frameEnds;
        try {
            if (isData()) {
                boolean first = !partGiven;
                boolean last = frameEnds && fin;
                partGiven = true;
                inMessage = !last;
                handler.onMessagePart(count == 0 ? NOTHING : in, first, last);
            } else {
                giveControl(in);
            }
        } finally {
            in.limit(limit).position(end);
        }
    }

    private void giveControl(ByteBuffer payload) throws ProtocolViolationException {
        switch (opcode) {
            case Opcode.PING -> handler.onPing(payload);
            case Opcode.PONG -> handler.onPong(payload);
            default -> {
                closed = true;
                giveClose(payload);
            }
        }
    }

    private void giveClose(ByteBuffer payload) throws ProtocolViolationException {
        if (!payload.hasRemaining()) {
            handler.onClose(CloseCode.NO_CODE, "");
            return;
        }
        if (payload.remaining() == 1) {
            throw violation("a Close frame with half a code");
        }
        int code = payload.getShort() & 0xFFFF;
        if (!CloseCode.isAllowedOnWire(code)) {
            throw violation("a Close frame with code " + code);
        }
        String reason;
        try {
            reason = StandardCharsets.UTF_8.newDecoder().decode(payload).toString();
        } catch (CharacterCodingException malformed) {
            throw new ProtocolViolationException(CloseCode.INVALID_TEXT, "a Close frame whose reason is not UTF-8");
        }
        handler.onClose(code, reason);
    }

    private static ProtocolViolationException violation(String what) {
        return new ProtocolViolationException(CloseCode.PROTOCOL_ERROR, what);
    }
}
