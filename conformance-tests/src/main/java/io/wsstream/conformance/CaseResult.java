package io.wsstream.conformance;

import java.time.Duration;
import java.util.List;

/**
 * What came out of a case.
 *
 * @param subject the case
 * @param outcome how it ended
 * @param explanation why it failed or does not apply; empty when it passed
 * @param evidence what went over the wire, of the first failed run
 * @param took from the first connection to the last
 */
public record CaseResult(
        Case subject, Outcome outcome, List<String> explanation, List<String> evidence, Duration took) {
    /** How a case ended. */
    public enum Outcome {
        /** The rule is kept. */
        PASSED,
        /** The rule is broken. */
        FAILED,
        /** The rule is broken, as a list of expected deviations says. */
        DEVIATES,
        /** The peer lacks what the case needs. */
        NOT_APPLICABLE
    }

    /** Copies the lists. */
    public CaseResult {
        explanation = List.copyOf(explanation);
        evidence = List.copyOf(evidence);
    }

    CaseResult with(Outcome other, List<String> why) {
        return new CaseResult(subject, other, why, evidence, took);
    }
}
