package io.wsstream.conformance.peers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of a peer: its arguments, surroundings and input, then what it printed.
 *
 * <p>The peer's HOME is an empty folder of its own unless {@link #home} names one, so that nothing of the user's
 * configuration or caches takes part. Input and output pass through files: no pipe can fill up, no thread is needed.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> {@link #run} waits for the end, up to its limit.
 */
public final class PeerCommand {
    private final ProcessBuilder process;
    private byte[] input = {};
    private @Nullable Path inputFile;
    private @Nullable Path home;

    PeerCommand(Path binary, String... arguments) {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command);
        process.environment().remove("KUBECONFIG");
    }

    /** Sets one environment variable. */
    public PeerCommand env(String name, String value) {
        process.environment().put(name, value);
        return this;
    }

    /** Where the peer keeps its caches; give several runs the same folder to share them. */
    public PeerCommand home(Path folder) {
        home = folder;
        return this;
    }

    /** What the peer reads on stdin; nothing at all unless this is called. */
    public PeerCommand input(byte[] bytes) {
        input = bytes.clone();
        return this;
    }

    /** As {@link #input(byte[])}, for input too large to hold. */
    public PeerCommand input(Path file) {
        inputFile = file;
        return this;
    }

    /**
     * Runs the peer to its end.
     *
     * @param limit after this time it is killed
     * @throws AssertionError if it was killed; says what it had printed until then
     */
    public PeerResult run(Duration limit) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("wsstream-peer-");
        try {
            return run(limit, folder);
        } finally {
            delete(folder);
        }
    }

    private PeerResult run(Duration limit, Path folder) throws IOException, InterruptedException {
        Path stdout = folder.resolve("stdout");
        Path stderr = folder.resolve("stderr");
        process.environment().put("HOME", (home != null ? home : folder).toString());
        Path stdin = inputFile != null ? inputFile : Files.write(folder.resolve("stdin"), input);
        Process running = process.redirectInput(stdin.toFile())
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile())
                .start();
        boolean ended = false;
        try {
            ended = running.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            if (!ended) {
                running.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        }
        PeerResult result = new PeerResult(running.exitValue(), Files.readAllBytes(stdout), Files.readAllBytes(stderr));
        if (!ended) {
            throw new AssertionError(process.command() + " not finished after " + limit + ": " + result);
        }
        return result;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
        }
    }
}
