package io.wsstream.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Plays a list of cases against a peer, some at a time, and tells the results in the order of the list.
 *
 * <p><b>Threads:</b> as many as cases are played at once, until {@link #close}. <b>Blocking:</b> {@link #result} waits for
 * its case; every step of a case has a bound.
 */
public final class ConformanceRun implements AutoCloseable {
    /** Of the runs of one case; what the others would tell is the same. */
    private static final int ENOUGH_FAILURES = 2;

    private final List<Case> cases;
    private final Judge judge;
    private final Deviations deviations;
    private final ExecutorService threads;
    private final Map<Case, Future<CaseResult>> results = new LinkedHashMap<>();

    /** The first breach of each watch, by whatever case it was seen in; guarded by itself. */
    private final Map<Watch, Breach> breaches = new EnumMap<>(Watch.class);

    private record Breach(String where, String what, List<String> evidence) {}

    /**
     * Begins; cases that watch all connections come last.
     *
     * @param cases what to play
     * @param judge who plays it
     * @param deviations what is known to fail
     * @param atOnce how many cases at a time, 1 or more
     * @throws IOException if the peer cannot be reached
     */
    public ConformanceRun(List<Case> cases, Judge judge, Deviations deviations, int atOnce)
            throws IOException, InterruptedException {
        this.cases = new ArrayList<>(
                cases.stream().filter(each -> each.watch() == null).toList());
        this.cases.addAll(cases.stream().filter(each -> each.watch() != null).toList());
        this.judge = judge;
        this.deviations = deviations;
        judge.probe();
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(atOnce, task -> {
            Thread thread = new Thread(task, "conformance-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        // Those that may wait long come first, so that the others are played meanwhile.
        this.cases.stream()
                .sorted(Comparator.comparing(Case::patience).reversed())
                .forEach(each -> results.put(each, threads.submit(() -> play(each))));
    }

    /** {@return the cases in the order in which their results come} */
    public List<Case> cases() {
        return List.copyOf(cases);
    }

    /** {@return the result of a case; waits until it is there} */
    public CaseResult result(Case which) throws InterruptedException {
        CaseResult own = get(which);
        Watch watch = which.watch();
        if (watch != null && own.outcome() == CaseResult.Outcome.PASSED) {
            for (Case other : cases) {
                get(other); // Until all connections were seen.
            }
            own = watched(own, watch);
        }
        return deviations.weigh(own);
    }

    /** {@return all results, in order} */
    public List<CaseResult> results() throws InterruptedException {
        List<CaseResult> all = new ArrayList<>();
        for (Case each : cases) {
            all.add(result(each));
        }
        return all;
    }

    private CaseResult get(Case which) throws InterruptedException {
        try {
            return Objects.requireNonNull(results.get(which), "not a case of this run")
                    .get();
        } catch (ExecutionException bug) {
            throw new IllegalStateException("the harness failed on " + which, bug.getCause());
        }
    }

    private CaseResult watched(CaseResult own, Watch watch) {
        synchronized (breaches) {
            Breach breach = breaches.get(watch);
            return breach == null
                    ? own
                    : new CaseResult(
                            own.subject(),
                            CaseResult.Outcome.FAILED,
                            List.of("seen in " + breach.where(), "seen: " + breach.what()),
                            breach.evidence(),
                            own.took());
        }
    }

    private CaseResult play(Case which) throws InterruptedException {
        long start = System.nanoTime();
        List<String> explanation = new ArrayList<>();
        List<String> evidence = List.of();
        List<String> unfit = new ArrayList<>();
        int failed = 0;
        for (Case.Run run : which.runs()) {
            if (failed == ENOUGH_FAILURES) {
                explanation.add("its other runs were not played");
                break;
            }
            String why = judge.unfit(which, run);
            if (why != null) {
                unfit.add(why);
                continue;
            }
            Evidence seen = new Evidence();
            List<String> failure = failureOf(which, run, seen);
            if (!failure.isEmpty() && explanation.isEmpty()) {
                evidence = seen.lines();
            }
            explanation.addAll(failure);
            failed += failure.isEmpty() ? 0 : 1;
            watch(which, run, seen);
        }
        boolean applies = unfit.size() < which.runs().size();
        CaseResult.Outcome outcome = !applies
                ? CaseResult.Outcome.NOT_APPLICABLE
                : explanation.isEmpty() ? CaseResult.Outcome.PASSED : CaseResult.Outcome.FAILED;
        return new CaseResult(
                which,
                outcome,
                applies ? explanation : unfit.stream().distinct().toList(),
                evidence,
                Duration.ofNanos(System.nanoTime() - start));
    }

    private List<String> failureOf(Case which, Case.Run run, Evidence seen) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        @Nullable String expected = null;
        String actual;
        try {
            judge.play(which, run, seen);
            return lines;
        } catch (CaseFailure failure) {
            expected = failure.expected();
            actual = failure.seen();
        } catch (IOException broken) {
            actual = broken.toString();
        }
        if (!run.label().isEmpty()) {
            lines.add("with " + run.label());
        }
        if (seen.step() != null) {
            lines.add("at " + seen.step());
        }
        if (expected != null) {
            lines.add("expected: " + expected);
        }
        lines.add("seen: " + actual);
        return lines;
    }

    private void watch(Case which, Case.Run run, Evidence seen) {
        Conversation conversation = seen.conversation();
        if (conversation == null) {
            return;
        }
        for (Case each : cases) {
            Watch watch = each.watch();
            String complaint = watch == null ? null : watch.complaint(conversation);
            if (watch != null && complaint != null) {
                synchronized (breaches) {
                    breaches.putIfAbsent(
                            watch, new Breach(which.id() + " with " + run.label(), complaint, seen.lines()));
                }
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
