package io.wsstream.pty;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the kernel says about this JVM and about others, and how tests here start things. */
final class Machine {
    static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C.UTF-8", "TERM", "xterm");

    private Machine() {}

    static PtySpec.Builder sh(String script) {
        return PtySpec.command("sh", "-c", script).environment(ENVIRONMENT);
    }

    static PtySpec onTerminal(String script) {
        return sh(script).terminal(80, 24).build();
    }

    static PtySpec onPipes(String script) {
        return sh(script).build();
    }

    /** A JVM of its own: these words before it, then the class that it runs, and its arguments. */
    static ProcessBuilder jvm(List<String> before, Class<?> main, String... arguments) {
        List<String> words = new ArrayList<>(before);
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(
                List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-cp", System.getProperty("java.class.path")));
        words.add(main.getName());
        words.addAll(List.of(arguments));
        return new ProcessBuilder(words).redirectErrorStream(true);
    }

    static Recorder run(PtyRuntime runtime, PtySpec spec) throws IOException {
        Recorder recorder = new Recorder();
        PtyProcess unused = runtime.spawn(spec, recorder);
        return recorder;
    }

    /** Our open descriptors as their targets; what only the JDK opens for itself is left out. */
    static List<String> descriptors() throws IOException {
        List<String> targets = new ArrayList<>();
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : fds) {
                try {
                    String target = Files.readSymbolicLink(fd).toString();
                    if (target.startsWith("pipe:")
                            || target.startsWith("anon_inode:")
                            || target.startsWith("/dev/pt")) {
                        targets.add(target.replaceAll("\\d+", "N"));
                    }
                } catch (IOException e) {
                    // closed while we looked
                }
            }
        }
        targets.sort(String::compareTo);
        return targets;
    }

    static int descriptorCount() {
        String[] names = new java.io.File("/proc/self/fd").list();
        return names == null ? -1 : names.length;
    }

    /** The children of this JVM as {@code state name}, zombies included. */
    static List<String> children() throws IOException {
        String self = Long.toString(ProcessHandle.current().pid());
        List<String> children = new ArrayList<>();
        for (String[] stat : stats()) {
            if (stat[3].equals(self)) {
                children.add(stat[2] + " " + stat[1] + " " + stat[0]);
            }
        }
        return children;
    }

    /** The living processes of a session as {@code state name pid}. */
    static List<String> session(long id) throws IOException {
        List<String> members = new ArrayList<>();
        for (String[] stat : stats()) {
            if (stat[5].equals(Long.toString(id)) && !stat[2].equals("Z")) {
                members.add(stat[2] + " " + stat[1] + " " + stat[0]);
            }
        }
        return members;
    }

    static boolean lives(long pid) {
        return Files.exists(Path.of("/proc/" + pid));
    }

    static List<String> threads() {
        List<String> names = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("wsstream-")) {
                names.add(thread.getName());
            }
        }
        names.sort(String::compareTo);
        return names;
    }

    /** pid, name, state, ppid, pgrp, session of every process. */
    private static List<String[]> stats() throws IOException {
        List<String[]> stats = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                try {
                    String text = Files.readString(entry.resolve("stat"), StandardCharsets.ISO_8859_1);
                    int open = text.indexOf('(');
                    int close = text.lastIndexOf(')');
                    String[] rest = text.substring(close + 2).split(" ", 5);
                    stats.add(new String[] {
                        text.substring(0, open - 1), text.substring(open + 1, close), rest[0], rest[1], rest[2], rest[3]
                    });
                } catch (IOException e) {
                    // ended while we looked
                }
            }
        }
        return stats;
    }
}
