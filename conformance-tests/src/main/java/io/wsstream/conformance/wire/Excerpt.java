package io.wsstream.conformance.wire;

import java.nio.charset.StandardCharsets;

/** Bytes as a person reads them in a report: text in quotes, bounded, with escapes for what does not print. */
public final class Excerpt {
    private static final int SHOWN_CHARACTERS = 200;

    private Excerpt() {}

    /** {@return the bytes as quoted text} */
    public static String text(byte[] bytes) {
        StringBuilder shown = new StringBuilder("\"");
        int count = Math.min(bytes.length, SHOWN_CHARACTERS);
        String text = new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < count; i++) {
            char next = text.charAt(i);
            switch (next) {
                case '\n' -> shown.append("\\n");
                case '\r' -> shown.append("\\r");
                case '\t' -> shown.append("\\t");
                case '"' -> shown.append("\\\"");
                case '\\' -> shown.append("\\\\");
                default -> {
                    if (next >= 0x20 && next < 0x7F) {
                        shown.append(next);
                    } else {
                        shown.append(String.format("\\x%02x", (int) next));
                    }
                }
            }
        }
        shown.append('"');
        if (count < bytes.length) {
            shown.append(" and ").append(bytes.length - count).append(" bytes more");
        }
        return shown.toString();
    }
}
