package io.wsstream.conformance;

/** The peer did not do what a case expects: what was expected, and what was seen instead. */
public final class CaseFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final String expected;
    private final String seen;

    /**
     * A deviation.
     *
     * @param expected what the case wants
     * @param seen what there was instead
     */
    public CaseFailure(String expected, String seen) {
        super("expected " + expected + "; seen: " + seen);
        this.expected = expected;
        this.seen = seen;
    }

    /** {@return what the case wants} */
    public String expected() {
        return expected;
    }

    /** {@return what there was instead} */
    public String seen() {
        return seen;
    }
}
