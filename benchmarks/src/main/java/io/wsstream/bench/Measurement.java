package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One figure of one run.
 *
 * @param value in the unit of its job
 * @param cpuSecondsPerGib of the process under test, user and system, or NaN where it says nothing
 */
record Measurement(double value, double cpuSecondsPerGib) {
    private static final double GIB = 1 << 30;

    /** A rate, and what it took of the processors to move the bytes. */
    static Measurement rate(double mibPerSecond, double cpuSeconds, long bytes) {
        return new Measurement(mibPerSecond, cpuSeconds * GIB / bytes);
    }

    /** The rate that a client saw, with its own CPU time. */
    static Measurement ofClient(JsonNode answer, long bytes) {
        return rate(
                answer.path("mibPerSecond").asDouble(),
                answer.path("cpuSeconds").asDouble(),
                bytes);
    }

    static Measurement of(double value) {
        return new Measurement(value, Double.NaN);
    }
}
