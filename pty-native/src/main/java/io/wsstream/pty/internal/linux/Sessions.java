package io.wsstream.pty.internal.linux;

import io.wsstream.pty.internal.posix.Children;
import io.wsstream.pty.internal.posix.Descriptors;
import io.wsstream.pty.internal.posix.Polling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which processes live in which sessions: one reading of {@code /proc}.
 *
 * <p>A signal to a group misses the jobs of a shell, which have groups of their own; they share the session. A process
 * that called {@code setsid} has left it and cannot be found so.
 */
public final class Sessions {
    private static final Path PROC = Path.of("/proc");

    private final Map<Integer, List<Integer>> living;

    private final boolean complete;

    private Sessions(Map<Integer, List<Integer>> living, boolean complete) {
        this.living = living;
        this.complete = complete;
    }

    /** {@return the living members of {@code sessionIds} as they are now; zombies do not count} */
    public static Sessions read(Set<Integer> sessionIds) {
        Map<Integer, List<Integer>> living = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                Stat stat = Stat.read(entry);
                if (stat != null && stat.alive && sessionIds.contains(stat.session)) {
                    int pid = Integer.parseInt(entry.getFileName().toString());
                    living.computeIfAbsent(stat.session, s -> new ArrayList<>()).add(pid);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return new Sessions(living, false); // no /proc, or no descriptor to read it with
        }
        return new Sessions(living, true);
    }

    /**
     * Who has been left to a process by parents that ended before: its zombies that belong to some sessions and do not lead
     * them.
     *
     * @param parent the process number that they now have for a parent
     * @param sessionIds which sessions; those of which nobody is left, dead or alive, are taken out
     * @return their process numbers
     */
    public static List<Integer> orphanedZombies(int parent, Set<Integer> sessionIds) {
        List<Integer> zombies = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                Stat stat = Stat.read(entry);
                if (stat == null || !sessionIds.contains(stat.session)) {
                    continue;
                }
                seen.add(stat.session);
                int pid = Integer.parseInt(entry.getFileName().toString());
                if (!stat.alive && stat.parent == parent && pid != stat.session) {
                    zombies.add(pid);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return List.of(); // later, when there are descriptors again
        }
        sessionIds.retainAll(seen);
        return zombies;
    }

    /** {@return whether all of {@code /proc} could be read; otherwise others may live, too} */
    public boolean complete() {
        return complete;
    }

    /** {@return the process numbers that lived in the session when this was read} */
    public List<Integer> livingIn(int sessionId) {
        return living.getOrDefault(sessionId, List.of());
    }

    /**
     * Signals {@code pid} if it still is a member of the session, so that a reused number is never hit, and is not in the
     * group that has the session's number.
     */
    public static void signalMemberOutsideGroup(int sessionId, int pid, int signal) {
        int pidfd = Polling.pidfdOpen(pid);
        try {
            Stat stat = Stat.read(PROC.resolve(Integer.toString(pid)));
            if (stat == null || stat.session != sessionId || stat.group == sessionId) {
                return;
            }
            var unused = pidfd >= 0 ? Polling.pidfdSendSignal(pidfd, signal) : Children.signalProcess(pid, signal);
        } finally {
            if (pidfd >= 0) {
                Descriptors.close(pidfd);
            }
        }
    }

    /** The four fields of /proc/PID/stat that matter here. */
    private static final class Stat {
        final boolean alive;
        final int parent;
        final int group;
        final int session;

        private Stat(boolean alive, int parent, int group, int session) {
            this.alive = alive;
            this.parent = parent;
            this.group = group;
            this.session = session;
        }

        static @Nullable Stat read(Path process) {
            try {
                String text = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
                // pid (name) state ppid pgrp session ...: a name may hold spaces and parentheses.
                String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", 5);
                char state = fields[0].charAt(0);
                return new Stat(
                        state != 'Z' && state != 'X',
                        Integer.parseInt(fields[1]),
                        Integer.parseInt(fields[2]),
                        Integer.parseInt(fields[3]));
            } catch (IOException | RuntimeException e) {
                return null; // it ended while we looked
            }
        }
    }
}
