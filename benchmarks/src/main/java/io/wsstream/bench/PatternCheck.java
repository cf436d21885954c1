package io.wsstream.bench;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Compares what comes with the bytes 0 to 250 again and again, fast enough to do so while measuring. */
final class PatternCheck {
    private static final int MAX_BYTES = 64 * 1024;
    private static final ByteBuffer PATTERN = ByteBuffer.wrap(Pattern.frame(Pattern.PERIOD + MAX_BYTES));

    private final long expected;
    private long came;

    PatternCheck(long expected) {
        this.expected = expected;
    }

    /**
     * The next bytes.
     *
     * @param bytes at most 64 KiB
     * @return whether these were the last
     * @throws IOException if one is wrong, or one too many
     */
    boolean take(ByteBuffer bytes) throws IOException {
        int wrong = bytes.mismatch(PATTERN.slice((int) (came % Pattern.PERIOD), bytes.remaining()));
        if (wrong >= 0) {
            throw new IOException("byte " + (came + wrong) + " is wrong");
        }
        came += bytes.remaining();
        if (came > expected) {
            throw new IOException(came + " bytes came, expected " + expected);
        }
        return came == expected;
    }
}
