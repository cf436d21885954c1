package io.wsstream.core.status;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A {@code metav1.Status}: what a session or a request came to.
 *
 * <p>Texts that are absent are empty, a code that is absent is 0, as in Go. Immutable.
 *
 * <p>Source: {@code apimachinery/pkg/apis/meta/v1/types.go}; PROTOCOL.md 11.
 *
 * @param status {@value #SUCCESS} or {@value #FAILURE}; other words are handed on as they came
 * @param message for a person
 * @param reason one word for a program, such as {@value #NON_ZERO_EXIT_CODE} or {@code NotFound}
 * @param code the HTTP status that fits, or 0
 * @param details more for a program, or null
 */
public record Status(
        String status,
        String message,
        String reason,
        int code,
        @Nullable Details details) {

    /** It went well. */
    public static final String SUCCESS = "Success";
    /** It did not. */
    public static final String FAILURE = "Failure";
    /** Reason of a status that carries an exit code. */
    public static final String NON_ZERO_EXIT_CODE = "NonZeroExitCode";
    /** Reason of the cause whose message is the exit code. */
    public static final String EXIT_CODE = "ExitCode";

    /**
     * More about a failure.
     *
     * @param name the object concerned, or empty
     * @param kind its kind, or empty
     * @param causes what lies behind it, in order
     */
    public record Details(String name, String kind, List<Cause> causes) {
        /** Copies the list. */
        public Details {
            causes = List.copyOf(causes);
        }
    }

    /**
     * One cause of a failure.
     *
     * @param reason one word, or empty
     * @param message its text, or empty
     * @param field the field concerned, or empty
     */
    public record Cause(String reason, String message, String field) {}

    /** {@return the status of a session that went well} */
    public static Status success() {
        return new Status(SUCCESS, "", "", 0, null);
    }

    /**
     * The status of a process that ended by itself: success for 0, otherwise a failure that carries the code.
     *
     * @param exitCode 0 to 255
     * @return the status
     */
    public static Status exited(int exitCode) {
        if (exitCode < 0 || exitCode > 255) {
            throw new IllegalArgumentException("exit code " + exitCode + "; expected 0 to 255");
        }
        if (exitCode == 0) {
            return success();
        }
        return new Status(
                FAILURE,
                "command terminated with non-zero exit code: exit status " + exitCode,
                NON_ZERO_EXIT_CODE,
                0,
                new Details("", "", List.of(new Cause(EXIT_CODE, Integer.toString(exitCode), ""))));
    }

    /**
     * The status of a session that failed for a reason other than its process.
     *
     * @param error what failed
     * @return a status with code 500
     */
    public static Status internalError(String error) {
        return new Status(
                FAILURE,
                "Internal error occurred: " + error,
                "InternalError",
                500,
                new Details("", "", List.of(new Cause("", error, ""))));
    }

    /**
     * A failure, as a refusal over HTTP carries it.
     *
     * @param code the HTTP status
     * @param reason one word, such as {@code NotFound}
     * @param message what was wrong, what was expected, what to do
     * @return the status
     */
    public static Status failure(int code, String reason, String message) {
        return new Status(FAILURE, message, reason, code, null);
    }

    /** {@return whether it went well} */
    public boolean isSuccess() {
        return status.equals(SUCCESS);
    }

    /**
     * The exit code, if this status carries a well-formed one: reason {@value #NON_ZERO_EXIT_CODE} and a first {@value
     * #EXIT_CODE} cause whose message is a decimal from 0 to 255.
     *
     * @return the code, or empty
     */
    public OptionalInt exitCode() {
        if (!reason.equals(NON_ZERO_EXIT_CODE) || details == null) {
            return OptionalInt.empty();
        }
        for (Cause cause : details.causes()) {
            if (cause.reason().equals(EXIT_CODE)) {
                return parseExitCode(cause.message());
            }
        }
        return OptionalInt.empty();
    }

    private static OptionalInt parseExitCode(String text) {
        if (text.isEmpty() || !text.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
            return OptionalInt.empty();
        }
        String digits = text.replaceFirst("^0+(?=.)", "");
        if (digits.length() > 3) {
            return OptionalInt.empty();
        }
        int code = Integer.parseInt(digits);
        return code <= 255 ? OptionalInt.of(code) : OptionalInt.empty();
    }
}
