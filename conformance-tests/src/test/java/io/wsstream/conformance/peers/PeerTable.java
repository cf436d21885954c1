package io.wsstream.conformance.peers;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * The closing table of a test run: which peers were exercised by how many tests, and which were missing.
 *
 * <p>A test is counted for a peer when it asked for it itself, or when its class did before all tests. Which test asked
 * is taken from what runs at that moment, on any thread: test classes run one after another here.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> never.
 */
public final class PeerTable implements TestExecutionListener {
    /** Guards both fields below, written by the threads that run tests; nothing is called under it but the JDK. */
    private static final Object LOCK = new Object();

    private static final Map<Peer, Set<String>> ASKED_BY = new EnumMap<>(Peer.class);
    private static @Nullable String running;

    private final Map<Peer, Count> counts = new EnumMap<>(Peer.class);
    private final Consumer<String> out;
    private @Nullable TestPlan plan;

    /** For the service loader: prints to standard output. */
    public PeerTable() {
        this(System.out::print);
    }

    PeerTable(Consumer<String> out) {
        this.out = out;
    }

    private static final class Count {
        int exercised;
        int skipped;
        int failed;
    }

    /** Notes that what runs now wants this peer. */
    static void asked(Peer peer) {
        synchronized (LOCK) {
            if (running != null) {
                ASKED_BY.computeIfAbsent(peer, p -> new HashSet<>()).add(running);
            }
        }
    }

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        plan = testPlan;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        synchronized (LOCK) {
            running = test.getUniqueId();
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        boolean leaf = test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL;
        for (Peer peer : Peer.values()) {
            if (leaf && isAskedBy(peer, test)) {
                count(peer, result.getStatus());
            }
        }
        synchronized (LOCK) {
            running = test.getParentId().orElse(null);
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan testPlan) {
        if (!counts.isEmpty()) {
            out.accept(table());
        }
    }

    private boolean isAskedBy(Peer peer, TestIdentifier test) {
        Optional<TestIdentifier> at = Optional.of(test);
        synchronized (LOCK) {
            Set<String> askers = ASKED_BY.getOrDefault(peer, Set.of());
            while (at.isPresent() && !askers.contains(at.get().getUniqueId())) {
                at = at.flatMap(child -> plan == null ? Optional.empty() : plan.getParent(child));
            }
        }
        return at.isPresent();
    }

    private void count(Peer peer, TestExecutionResult.Status status) {
        Count count = counts.computeIfAbsent(peer, p -> new Count());
        switch (status) {
            case SUCCESSFUL -> count.exercised++;
            case ABORTED -> count.skipped++;
            case FAILED -> count.failed++;
        }
    }

    private String table() {
        StringBuilder text = new StringBuilder("\n");
        row(text, "peer", "version", "tests that used it");
        counts.forEach((peer, count) -> {
            StringBuilder used = new StringBuilder().append(count.exercised + count.failed);
            if (count.failed > 0) {
                used.append(", of which failed ").append(count.failed);
            }
            if (count.skipped > 0) {
                used.append(", skipped ").append(count.skipped);
            }
            row(text, peer.programName(), peer.version().orElse("missing"), used.toString());
        });
        counts.keySet()
                .forEach(
                        peer -> peer.missing().ifPresent(why -> text.append(why).append('\n')));
        return text.toString();
    }

    private static void row(StringBuilder text, String peer, String version, String tests) {
        text.append(String.format("%-15s | %-10s | %s%n", peer, version, tests));
    }
}
