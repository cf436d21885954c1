package io.wsstream.conformance.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this JVM holds of the kernel: descriptors, threads of ours, and children. Taken before and after, it shows what
 * was left behind.
 */
record Leftovers(int descriptors, Set<String> threads, Set<String> children) {
    static Leftovers now() {
        String[] descriptors = new File("/proc/self/fd").list();
        Set<String> threads = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("wsstream-"))
                .collect(Collectors.toCollection(TreeSet::new));
        return new Leftovers(descriptors == null ? -1 : descriptors.length, threads, living());
    }

    /** Children of this JVM in any state, zombies included. */
    private static Set<String> living() {
        String self = Long.toString(ProcessHandle.current().pid());
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .map(Leftovers::stat)
                    .filter(stat -> stat.matches("(?s)\\d+ \\(.*\\) \\S " + self + " .*"))
                    .map(stat -> stat.substring(0, stat.lastIndexOf(')') + 3))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException unreadable) {
            throw new AssertionError("/proc cannot be listed", unreadable);
        }
    }

    private static String stat(Path process) {
        try {
            return Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    /** Waits until no more is held than at this time. */
    void assertNothingMore() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Leftovers after = now();
            assertThat(after.children).as("children").isEqualTo(children);
            assertThat(threads).as("threads before").containsAll(after.threads);
            assertThat(after.descriptors).as("descriptors").isLessThanOrEqualTo(descriptors);
        });
    }
}
