package io.wsstream.core.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.channel.ChannelDecoder;
import io.wsstream.core.websocket.Role;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;

/** Base64 against a decoder that was written down from PROTOCOL.md 5.2 alone. */
@Tag("fuzz")
class Base64FuzzTest {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    @FuzzTest(maxDuration = "3s")
    void readsWhatTheRulesSay(byte[] text) throws ProtocolViolationException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        boolean[] dropped = new boolean[1];
        ChannelDecoder decoder = new ChannelDecoder(Subprotocol.BASE64, 80, Role.SERVER, new ChannelDecoder.Handler() {
            @Override
            public void onData(int channel, ByteBuffer payload) {
                byte[] copy = new byte[payload.remaining()];
                payload.get(copy);
                read.writeBytes(copy);
            }

            @Override
            public void onClose(int channel) {
                throw new AssertionError("CLOSE in base64");
            }

            @Override
            public void onIgnored(String why, int bytes) {
                dropped[0] = true;
            }
        });
        byte[] message = new byte[text.length + 1];
        message[0] = '0';
        System.arraycopy(text, 0, message, 1, text.length);

        decoder.decode(ByteBuffer.wrap(message), true, true);

        byte[] expected = byTheRules(text);
        if (dropped[0] != (expected == null)) {
            throw new AssertionError(dropped[0] ? "dropped what is base64" : "read what is none");
        }
        if (expected != null && !java.util.Arrays.equals(read.toByteArray(), expected)) {
            throw new AssertionError("other bytes");
        }
    }

    /** Null where the message is to be dropped. */
    private static byte @Nullable [] byTheRules(byte[] text) {
        StringBuilder significant = new StringBuilder();
        for (byte next : text) {
            if (next != '\r' && next != '\n') {
                significant.append((char) (next & 0xFF));
            }
        }
        if (significant.length() % 4 != 0) {
            return null;
        }
        int padding = 0;
        while (padding < 2
                && significant.length() > padding
                && significant.charAt(significant.length() - 1 - padding) == '=') {
            padding++;
        }
        significant.setLength(significant.length() - padding);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int bits = 0;
        int held = 0;
        for (int i = 0; i < significant.length(); i++) {
            int value = ALPHABET.indexOf(significant.charAt(i));
            if (value < 0) {
                return null;
            }
            held = held << 6 | value;
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                bytes.write(held >> bits);
                held &= (1 << bits) - 1;
            }
        }
        return bytes.toByteArray();
    }
}
