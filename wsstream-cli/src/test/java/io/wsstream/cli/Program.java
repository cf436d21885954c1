package io.wsstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A program that a test starts: its surroundings, then its run. Its HOME is an empty folder of the test's, nothing of the
 * user's Kubernetes configuration takes part, and the launcher never builds.
 *
 * <p>Output goes to files, so that no pipe fills up and no thread is needed.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> the waits, each with a limit.
 */
final class Program {
    private final ProcessBuilder process;
    private final Path folder;
    private @Nullable Path input;
    private boolean inputStaysOpen;

    private Program(Path home, List<String> command) throws IOException {
        process = new ProcessBuilder(command);
        Surroundings.of(home, process.environment());
        folder = Files.createTempDirectory(home, "run-");
    }

    static Program of(Path home, List<String> command) throws IOException {
        return new Program(home, command);
    }

    static Program of(Path home, String... command) throws IOException {
        return new Program(home, List.of(command));
    }

    Program env(String name, String value) {
        process.environment().put(name, value);
        return this;
    }

    Program withoutEnv(String name) {
        process.environment().remove(name);
        return this;
    }

    /** What it reads on stdin; nothing at all unless one of these is called. */
    Program input(String text) throws IOException {
        return input(Files.writeString(folder.resolve("stdin"), text));
    }

    Program input(Path file) {
        input = file;
        return this;
    }

    /** stdin is a pipe that the test holds. */
    Program inputStaysOpen() {
        inputStaysOpen = true;
        return this;
    }

    /** Runs it to its end; after the limit it is killed, and the test fails. */
    Ended run(Duration limit) throws IOException {
        return start().await(limit);
    }

    Running start() throws IOException {
        if (!inputStaysOpen) {
            Path from = input != null ? input : Path.of("/dev/null");
            process.redirectInput(from.toFile());
        }
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        process.redirectOutput(out.toFile()).redirectError(err.toFile());
        return new Running(process.command(), process.start(), out, err);
    }

    /** How it ended, and what it had printed. */
    record Ended(int exitCode, Path stdout, Path stderr) {
        private static final int SHOWN_CHARACTERS = 2000;

        String out() throws IOException {
            return Files.readString(stdout);
        }

        String err() throws IOException {
            return Files.readString(stderr);
        }

        @Override
        public String toString() {
            return "exit " + exitCode + ", stdout " + head(stdout) + ", stderr " + head(stderr);
        }

        private static String head(Path file) {
            try (var in = Files.newInputStream(file)) {
                byte[] start = in.readNBytes(SHOWN_CHARACTERS);
                String text = "'" + new String(start, UTF_8) + "'";
                long size = Files.size(file);
                return size <= start.length ? text : text + "... (" + size + " bytes)";
            } catch (IOException unreadable) {
                return unreadable.toString();
            }
        }
    }

    /** One run. Closing it kills what still runs. */
    static final class Running implements AutoCloseable {
        private final List<String> command;
        private final Process process;
        private final Path out;
        private final Path err;

        private Running(List<String> command, Process process, Path out, Path err) {
            this.command = command;
            this.process = process;
            this.out = out;
            this.err = err;
        }

        ProcessHandle handle() {
            return process.toHandle();
        }

        OutputStream stdin() {
            return process.getOutputStream();
        }

        String out() throws IOException {
            return Files.readString(out);
        }

        String err() throws IOException {
            return Files.readString(err);
        }

        /** Waits until stdout holds a text; fails at once if the program ends without it. */
        @CanIgnoreReturnValue
        Running awaitOut(String text, Duration limit) {
            return await("'" + text + "'", () -> out().contains(text), limit);
        }

        /** Waits until stdout holds so many complete lines, and gives them. */
        List<String> awaitLines(int count, Duration limit) throws IOException {
            await(count + " lines", () -> out().endsWith("\n") && out().lines().count() >= count, limit);
            return out().lines().toList();
        }

        private Running await(String what, Callable<Boolean> isThere, Duration limit) {
            Awaitility.await(what + " on stdout of " + command)
                    .atMost(limit)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> isThere.call() || !process.isAlive());
            try {
                if (isThere.call()) {
                    return this;
                }
            } catch (Exception unreadable) {
                throw new AssertionError(unreadable);
            }
            throw new AssertionError(command + " ended without " + what + " on stdout: " + ended());
        }

        void terminate() {
            process.destroy();
        }

        void kill() {
            process.destroyForcibly();
        }

        /** Waits for its end; after the limit it is killed, and the test fails. */
        Ended await(Duration limit) {
            if (!endsWithin(limit)) {
                close();
                throw new AssertionError(command + " did not end within " + limit + ": " + ended());
            }
            return ended();
        }

        @CanIgnoreReturnValue
        private boolean endsWithin(Duration limit) {
            try {
                process.onExit()
                        .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                        .join();
                return true;
            } catch (CompletionException late) {
                return false;
            }
        }

        private Ended ended() {
            return new Ended(process.isAlive() ? -1 : process.exitValue(), out, err);
        }

        @Override
        public void close() {
            process.destroyForcibly();
            endsWithin(Duration.ofSeconds(10));
        }
    }

    /** A list of one list and more words. */
    static List<String> line(List<String> first, String... more) {
        return Stream.concat(first.stream(), Arrays.stream(more)).toList();
    }
}
