package io.wsstream.core.channel;

import io.wsstream.core.ChannelProtocol;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.websocket.CloseCode;
import io.wsstream.core.websocket.Role;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Splits the messages of a channel subprotocol into channel and payload.
 *
 * <pre>
 *   raw:     byte 0     byte 1 .. n-1           base64:  char 0      char 1 .. n-1
 *           +---------+------------------+              +-----------+----------------------+
 *           | channel | payload, 0.. B   |              | '0' + ch  | base64 of payload    |
 *           +---------+------------------+              +-----------+----------------------+
 *   v5 at a server:  255 = CLOSE, payload = the one channel that ends
 * </pre>
 *
 * <p>Raw payloads are handed out part by part, as they come; base64 ones when the message is complete.
 *
 * <p><b>Threads:</b> owned by the connection's reader. <b>Blocking:</b> only inside the handler. <b>Memory:</b> raw: two
 * bytes; base64: one message, bounded by the transport's message limit.
 *
 * <p>Source: Kubernetes {@code wsstream/conn.go}; PROTOCOL.md 5.1, 5.2, 5.4, 7.
 */
public final class ChannelDecoder {
    /** The number that stands for CLOSE instead of a channel. */
    public static final int CLOSE = 255;

    /** What a message said. A payload is valid until the method returns: copy it to keep it. */
    public interface Handler {
        /**
         * Bytes for a channel; none at all is legal and no end of stream.
         *
         * @param channel its number, 0 to channel count - 1
         * @param payload some bytes, or none
         */
        void onData(int channel, ByteBuffer payload);

        /**
         * Half-close: the peer sends no more on a channel; everything else goes on.
         *
         * @param channel its number
         */
        void onClose(int channel);

        /**
         * A message that this session has no use for: dropped, as Kubernetes does.
         *
         * @param why one phrase for a log
         * @param bytes how long it is so far
         */
        void onIgnored(String why, int bytes);
    }

    private static final int NONE = -1;

    private final ChannelProtocol subprotocol;
    private final int channels;
    private final Role role;
    private final Handler handler;

    // owner: reader thread, all below
    private int channel = NONE;
    private int closeTarget = NONE;
    private @Nullable ByteArrayOutputStream text;

    /**
     * A decoder for one connection.
     *
     * @param subprotocol what was agreed
     * @param channels how many channels there are; their numbers are below it
     * @param role which side decodes: only a server understands CLOSE
     * @param handler what is told
     */
    public ChannelDecoder(ChannelProtocol subprotocol, int channels, Role role, Handler handler) {
        this.subprotocol = subprotocol;
        this.channels = channels;
        this.role = role;
        this.handler = handler;
    }

    /**
     * Decodes a part of a message.
     *
     * @param part position to limit; consumed
     * @param first whether the message begins here
     * @param last whether it ends here
     * @throws ProtocolViolationException if a CLOSE is malformed or names no channel; end the session with 1002
     */
    public void decode(ByteBuffer part, boolean first, boolean last) throws ProtocolViolationException {
        if (subprotocol.codec() == Subprotocol.Codec.BASE64) {
            decodeText(part, first, last);
        } else {
            decodeRaw(part, first, last);
        }
    }

    private void decodeRaw(ByteBuffer part, boolean first, boolean last) throws ProtocolViolationException {
        if (first) {
            channel = NONE;
        }
        if (channel == NONE) {
            if (!part.hasRemaining()) {
                return; // A message without a byte says nothing (PROTOCOL.md 5.4).
            }
            channel = part.get() & 0xFF;
            closeTarget = NONE;
            if (!part.hasRemaining() && !last) {
                return;
            }
        }
        if (channel == CLOSE && role == Role.SERVER && subprotocol.hasClose()) {
            decodeClose(part, last);
        } else {
            give(part);
        }
    }

    private void give(ByteBuffer payload) {
        if (channel < channels) {
            handler.onData(channel, payload);
        } else {
            handler.onIgnored("channel " + channel + " does not exist", payload.remaining());
        }
        payload.position(payload.limit());
    }

    private void decodeClose(ByteBuffer part, boolean last) throws ProtocolViolationException {
        while (part.hasRemaining()) {
            if (closeTarget != NONE) {
                throw violation("CLOSE with more than one byte");
            }
            closeTarget = part.get() & 0xFF;
        }
        if (!last) {
            return;
        }
        if (closeTarget == NONE) {
            throw violation("CLOSE without a channel");
        }
        if (closeTarget >= channels) {
            throw violation("CLOSE of channel " + closeTarget);
        }
        handler.onClose(closeTarget);
    }

    private ProtocolViolationException violation(String what) {
        return new ProtocolViolationException(
                CloseCode.PROTOCOL_ERROR,
                what + " on " + subprotocol.wireName() + "; expected FF and one channel from 0 to " + (channels - 1));
    }

    private void decodeText(ByteBuffer part, boolean first, boolean last) {
        if (first) {
            text = last ? null : new ByteArrayOutputStream(Math.max(32, part.remaining() * 2));
        }
        ByteBuffer whole = part;
        if (text != null) {
            while (part.hasRemaining()) {
                byte next = part.get();
                text.write(next);
            }
            if (!last) {
                return;
            }
            whole = ByteBuffer.wrap(text.toByteArray());
            text = null;
        }
        if (!whole.hasRemaining()) {
            return;
        }
        channel = (whole.get() - '0') & 0xFF;
        int bytes = whole.remaining();
        byte[] payload = Base64Payload.decode(whole);
        if (payload == null) {
            handler.onIgnored("invalid base64", bytes);
        } else {
            give(ByteBuffer.wrap(payload));
        }
    }

    /** Base64 as Go's standard encoding reads it; the JDK's decoder differs in three ways. */
    private static final class Base64Payload {
        /** Returns null when the text is no padded standard base64; CR and LF may stand anywhere in it. */
        static byte @Nullable [] decode(ByteBuffer text) {
            byte[] stripped = new byte[text.remaining()];
            int length = 0;
            while (text.hasRemaining()) {
                byte next = text.get();
                if (next != '\r' && next != '\n') {
                    stripped[length++] = next;
                }
            }
            if (length % 4 != 0) {
                return null; // The JDK would take text without its padding.
            }
            try {
                return Base64.getDecoder()
                        .decode(ByteBuffer.wrap(stripped, 0, length))
                        .array();
            } catch (IllegalArgumentException malformed) {
                return null;
            }
        }
    }
}
