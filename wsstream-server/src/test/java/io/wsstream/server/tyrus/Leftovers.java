package io.wsstream.server.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What this JVM holds: descriptors, threads that are not the JVM's or the test's own, and living children. */
public record Leftovers(int descriptors, Set<String> threads, long children) {
    public static Leftovers now() {
        String[] descriptors = new File("/proc/self/fd").list();
        Set<String> threads = Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("wsstream-") || name.contains("Grizzly") || name.contains("tyrus"))
                .collect(Collectors.toCollection(TreeSet::new));
        return new Leftovers(descriptors == null ? -1 : descriptors.length, threads, living());
    }

    public static long living() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).count();
    }

    /** Waits until no more is held than at this time, threads aside: pools keep theirs for a while. */
    public void assertNothingMoreButThreads() {
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            Leftovers after = now();
            assertThat(after.children).as("children").isLessThanOrEqualTo(children);
            assertThat(after.descriptors).as("descriptors").isLessThanOrEqualTo(descriptors);
        });
    }

    /** Waits until no more is held than at this time. */
    public void assertNothingMore() {
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            Leftovers after = now();
            assertThat(after.children).as("children").isLessThanOrEqualTo(children);
            assertThat(threads).as("threads before").containsAll(after.threads);
            assertThat(after.descriptors).as("descriptors").isLessThanOrEqualTo(descriptors);
        });
    }
}
