package io.wsstream.bench;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The payload of sources and sinks: in each frame the bytes 0 to 250 again and again, as the peer in Go sends it. */
final class Pattern {
    static final int FRAME_BYTES = 32 * 1024;
    static final int PERIOD = 251;

    private Pattern() {}

    static byte[] frame(int bytes) {
        byte[] frame = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            frame[i] = (byte) (i % PERIOD);
        }
        return frame;
    }

    /** {@return the SHA-256 of that many bytes in frames of that size} */
    static String sha256(long bytes, byte[] frame) {
        MessageDigest digest = sha256();
        for (long left = bytes; left > 0; left -= frame.length) {
            digest.update(frame, 0, (int) Math.min(left, frame.length));
        }
        return hex(digest);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
