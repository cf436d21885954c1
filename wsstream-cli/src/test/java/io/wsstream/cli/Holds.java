package io.wsstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a server process holds. */
record Holds(long rssBytes, long liveHeapBytes, long threads, long descriptors, int children) {
    static Holds now(ProcessHandle server) throws IOException {
        Map<String, Long> status = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("/proc/" + server.pid() + "/status"))) {
            String digits = line.replaceAll("\\D", "");
            if (line.startsWith("VmRSS:") || line.startsWith("Threads:")) {
                status.put(line.substring(0, line.indexOf(':')), Long.parseLong(digits));
            }
        }
        try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return new Holds(
                    status.getOrDefault("VmRSS", 0L) * 1024,
                    -1,
                    status.getOrDefault("Threads", 0L),
                    open.count(),
                    Processes.below(server).size());
        }
    }

    /** How much it has written, to whatever. */
    static long writtenBytes(ProcessHandle process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/io")).stream()
                .filter(line -> line.startsWith("wchar:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    Holds withLiveHeap(long liveHeap) {
        return new Holds(rssBytes, liveHeap, threads, descriptors, children);
    }

    @Override
    public String toString() {
        String liveHeap = liveHeapBytes < 0 ? "" : String.format(Locale.ROOT, "%.1f", liveHeapBytes / 1048576.0);
        return String.format(
                Locale.ROOT,
                "%.1f | %s | %d | %d | %d",
                rssBytes / 1048576.0,
                liveHeap,
                threads,
                descriptors,
                children);
    }
}
