package io.wsstream.server;

/**
 * What an {@link Authorizer} decided. Immutable.
 *
 * @param allowed whether the caller may
 * @param reason why not, shown to the caller; may be empty, and says nothing when allowed
 */
public record Decision(boolean allowed, String reason) {
    private static final Decision ALLOWED = new Decision(true, "");

    /** {@return yes} */
    public static Decision allow() {
        return ALLOWED;
    }

    /**
     * No, and the caller is told why.
     *
     * @param reason for a person, such as what to ask for; may be empty
     * @return the refusal
     */
    public static Decision deny(String reason) {
        return new Decision(false, reason);
    }
}
