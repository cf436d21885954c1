package io.wsstream.bench;

/**
 * One figure of one run.
 *
 * @param value in the unit of its job
 * @param cpuSecondsPerGib of the process under test, user and system, or NaN where it says nothing
 */
record Measurement(double value, double cpuSecondsPerGib) {
    static Measurement of(double value) {
        return new Measurement(value, Double.NaN);
    }
}
