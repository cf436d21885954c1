package io.wsstream.core.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes as the vectors write them. */
public final class Bytes {
    private Bytes() {}

    /** {@return the bytes of some hex, spaces allowed; {@code -} is none} */
    public static byte[] ofHex(String hex) {
        return hex.equals("-") ? new byte[0] : HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** {@return a buffer over the bytes of some hex} */
    public static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(ofHex(hex));
    }

    /** {@return position to limit as hex, {@code -} when empty; the buffer stays as it is} */
    public static String toHex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return toHex(copy);
    }

    /** {@return the bytes as hex, {@code -} when there are none} */
    public static String toHex(byte[] bytes) {
        return bytes.length == 0 ? "-" : HexFormat.of().formatHex(bytes);
    }

    /** {@return UTF-8 of a text in which {@code \n \r \t \\ \xHH} are escapes; {@code -} is none} */
    public static byte[] ofText(String text) {
        if (text.equals("-")) {
            return new byte[0];
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Matcher escapes = Pattern.compile("\\\\(x([0-9a-f]{2})|.)").matcher(text);
        int done = 0;
        while (escapes.find()) {
            bytes.writeBytes(text.substring(done, escapes.start()).getBytes(StandardCharsets.UTF_8));
            done = escapes.end();
            switch (text.charAt(escapes.start() + 1)) {
                case 'n' -> bytes.write('\n');
                case 'r' -> bytes.write('\r');
                case 't' -> bytes.write('\t');
                case '\\' -> bytes.write('\\');
                case 'x' -> bytes.write(HexFormat.fromHexDigits(escapes.group(2)));
                default -> throw new IllegalArgumentException("no escape: " + escapes.group());
            }
        }
        bytes.writeBytes(text.substring(done).getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    /** {@return {@code n} bytes that differ from their neighbours} */
    public static byte[] pattern(int n) {
        byte[] bytes = new byte[n];
        for (int i = 0; i < n; i++) {
            bytes[i] = (byte) (i * 31 + (i >>> 8));
        }
        return bytes;
    }
}
