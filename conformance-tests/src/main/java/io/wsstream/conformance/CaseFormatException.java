package io.wsstream.conformance;

/** A case file says something that the schema does not have; the message names the place. */
public final class CaseFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CaseFormatException(String where, String what) {
        super(where + ": " + what);
    }
}
