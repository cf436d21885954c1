package io.wsstream.bench;

import java.util.ArrayList;
import java.util.List;

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

    Job(String name, Run run) {
        this(name, run, run);
    }

    Job(String name, Run warmUp, Run run) {
        this.name = name;
        this.warmUp = warmUp;
        this.run = run;
    }

    String name() {
        return name;
    }

    void warmUp() throws BenchmarkFailedException {
        once(warmUp);
    }

    void measure() throws BenchmarkFailedException {
        rounds.add(once(run));
    }

    private List<Measurement> once(Run of) throws BenchmarkFailedException {
        try {
            return List.copyOf(of.once());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new BenchmarkFailedException(name + " was interrupted", interrupted);
        } catch (Exception failed) {
            throw new BenchmarkFailedException(name + ": " + failed.getMessage(), failed);
        }
    }

    /** {@return the figures of every measured round; the second index tells what of a run was measured} */
    List<Measurement> series(int index) {
        return rounds.stream().map(round -> round.get(index)).toList();
    }
}
