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
        Set<String> threads = Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("wsstream-") || name.contains("Grizzly") || name.contains("tyrus"))
                .collect(Collectors.toCollection(TreeSet::new));
        return new Leftovers(openDescriptors(), threads, living());
    }

    public static int openDescriptors() {
        String[] descriptors = new File("/proc/self/fd").list();
        return descriptors == null ? -1 : descriptors.length;
    }

    public static long living() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).count();
    }

    /** Waits until no more is held than at this time, but for the threads that start processes, which stay for a while. */
    public void assertNothingMoreButSpawners() {
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            Leftovers after = now();
            assertThat(after.children).as("children").isLessThanOrEqualTo(children);
            assertThat(after.threads)
                    .as("threads")
                    .allMatch(name -> threads.contains(name) || name.startsWith("wsstream-spawn-"));
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

    /** What this JVM's heap holds once what nobody needs is collected, in bytes. */
    public static long heapAfterGc() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
