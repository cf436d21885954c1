package io.wsstream.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One load on one pair of peers, run once a round.
 *
 * <p><b>Threads:</b> one.
 */
final class Job {
    /** Runs the load once, checks what came, and says how it went. */
    @FunctionalInterface
    interface Run {
        /**
         * One run.
         *
         * @return its figures, each time as many and in the same order
         * @throws Exception if it failed, or if not every byte was right
         */
        List<Measurement> once() throws Exception;
    }

    /** A run that hangs takes a minute. */
    private static final int GIVEN_UP_AT = 2;

    private final String name;
    private final Run warmUp;
    private final Run run;
    private final List<List<Measurement>> rounds = new ArrayList<>();
    private boolean failureIsAResult;
    private int runs;
    private int failures;
    private String lastFailure = "";

    Job(String name, Run run) {
        this(name, run, run);
    }

    Job(String name, Run warmUp, Run run) {
        this.name = name;
        this.warmUp = warmUp;
        this.run = run;
    }

    /** A peer's: that it failed is told of it, and after the second time it is left alone. */
    Job mayFail() {
        failureIsAResult = true;
        return this;
    }

    String name() {
        return name;
    }

    /** {@return how often it failed, and why the last time; null if never} */
    @Nullable
    String failure() {
        return failures == 0 ? null : failures + " of " + runs + " runs: " + lastFailure;
    }

    void warmUp() throws BenchmarkFailedException {
        once(warmUp);
    }

    void measure() throws BenchmarkFailedException {
        rounds.add(once(run));
    }

    /** {@return the figures, none if it failed and may} */
    private List<Measurement> once(Run of) throws BenchmarkFailedException {
        if (failures == GIVEN_UP_AT) {
            return List.of();
        }
        runs++;
        try {
            return List.copyOf(of.once());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new BenchmarkFailedException(name + " was interrupted", interrupted);
        } catch (Exception failed) {
            if (failureIsAResult) {
                failures++;
                lastFailure = String.valueOf(failed.getMessage());
                return List.of();
            }
            throw new BenchmarkFailedException(name + ": " + failed.getMessage(), failed);
        }
    }

    /** {@return the figures of every measured round, none of one that failed; the second index tells what was measured} */
    List<Measurement> series(int index) {
        return rounds.stream()
                .map(round -> round.isEmpty() ? Measurement.of(Double.NaN) : round.get(index))
                .toList();
    }
}
