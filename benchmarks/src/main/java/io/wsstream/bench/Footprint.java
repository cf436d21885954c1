package io.wsstream.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process takes of the machine, its children not counted.
 *
 * @param threads how many
 * @param descriptors how many are open
 * @param residentKib memory
 */
record Footprint(int threads, int descriptors, int residentKib) {
    static Footprint of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            return new Footprint(status(process, "Threads"), (int) descriptors.count(), status(process, "VmRSS"));
        }
    }

    private static int status(Path process, String name) throws IOException {
        for (String line : Files.readAllLines(process.resolve("status"))) {
            if (line.startsWith(name + ":")) {
                return Integer.parseInt(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("no " + name + " in the status of " + process);
    }
}
