package io.wsstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.awaitility.Awaitility;

/** Processes as {@code /proc} shows them. */
final class Processes {
    private Processes() {}

    /** All that a process has started, directly or not, and that still hangs below it. */
    static List<ProcessHandle> below(ProcessHandle process) {
        return process.descendants().toList();
    }

    /** Waits until none of them runs any more. One that is dead and waits for its parent has ended. */
    static void awaitGone(Collection<ProcessHandle> processes, Duration limit) {
        Awaitility.await("the end of "
                        + processes.stream().map(ProcessHandle::info).toList())
                .atMost(limit)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> processes.stream().noneMatch(Processes::runs));
    }

    static boolean runs(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException gone) {
            return false;
        }
    }
}
