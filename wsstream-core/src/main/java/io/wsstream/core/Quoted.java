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
     * @return the text between double quotes, control characters escaped, cut where that makes 100 characters
     */
    public static String of(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int taken = 0;
        while (taken < text.length() && quoted.length() <= MAX_CHARS) {
            char c = text.charAt(taken++);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (Character.isISOControl(c)) {
                quoted.append(String.format("\\x%02x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append(taken < text.length() ? "...\"" : "\"").toString();
    }
}
