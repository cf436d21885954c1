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

    private final String name;
    private final Run warmUp;
    private final Run run;
    private final List<List<Measurement>> rounds = new ArrayList<>();
    private boolean failureIsAResult;
    private @Nullable String failure;

    Job(String name, Run run) {
        this(name, run, run);
    }

    Job(String name, Run warmUp, Run run) {
        this.name = name;
        this.warmUp = warmUp;
        this.run = run;
    }

    /** A peer's: when it fails, that is what is told of it, and it does not run again. */
    Job mayFail() {
        failureIsAResult = true;
        return this;
    }

    String name() {
        return name;
    }

    /** {@return why it does not run any more, or null} */
    @Nullable
    String failure() {
        return failure;
    }

    void warmUp() throws BenchmarkFailedException {
        once(warmUp);
    }

    void measure() throws BenchmarkFailedException {
        List<Measurement> figures = once(run);
        if (!figures.isEmpty()) {
            rounds.add(figures);
        }
    }

    /** {@return the figures, none of a job that has failed and may} */
    private List<Measurement> once(Run of) throws BenchmarkFailedException {
        if (failure != null) {
            return List.of();
        }
        try {
            return List.copyOf(of.once());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new BenchmarkFailedException(name + " was interrupted", interrupted);
        } catch (Exception failed) {
            if (failureIsAResult) {
                failure = failed.getMessage() + ", after " + rounds.size() + " rounds";
                return List.of();
            }
            throw new BenchmarkFailedException(name + ": " + failed.getMessage(), failed);
        }
    }

    /** {@return the figures of every measured round, up to the one that failed; the second index tells what of a run was measured} */
    List<Measurement> series(int index) {
        return rounds.stream().map(round -> round.get(index)).toList();
    }
}
