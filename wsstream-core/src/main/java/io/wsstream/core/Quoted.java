package io.wsstream.core;

/** Words of the peer inside a message of ours: quoted as Go does, and cut, since they may be anything. */
public final class Quoted {
    /** client-go keeps the first 1024 bytes of a refused handshake; what a client sent is quoted shorter than that. */
    private static final int MAX_CHARS = 100;

    private Quoted() {}

    /**
     * Quotes a text.
     *
     * @param text anything
     * @return the text between double quotes, at most 100 characters of it, control characters escaped
     */
    public static String of(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int length = Math.min(text.length(), MAX_CHARS);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (Character.isISOControl(c)) {
                quoted.append(String.format("\\x%02x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append(text.length() > length ? "...\"" : "\"").toString();
    }
}
