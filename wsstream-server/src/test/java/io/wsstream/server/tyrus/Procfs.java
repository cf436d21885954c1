package io.wsstream.server.tyrus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What Linux tells of this JVM. */
public final class Procfs {
    private Procfs() {}

    /** Whether this JVM's reads from the kernel have come to a rest, or to less than so many bytes in 200 ms. */
    public static boolean standsStill(long bytes) throws Exception {
        long first = readBytes();
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS))
                .get(10, TimeUnit.SECONDS);
        return readBytes() - first < bytes;
    }

    private static long readBytes() throws IOException {
        return number("/proc/self/io", "rchar:");
    }

    public static long residentKilobytes() throws IOException {
        return number("/proc/self/status", "VmRSS:");
    }

    private static long number(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
