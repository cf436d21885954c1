package io.wsstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ./wsstream serve} as a process of its own, from its first two lines to its end by SIGTERM.
 *
 * <p>{@link #close} is a test too: exit code 0, nothing left of what it had started.
 */
final class ServeProcess implements AutoCloseable {
    static final Duration START = Duration.ofSeconds(60);
    /** Five seconds for the sessions, the policy of what runs, and a busy machine. */
    static final Duration STOP = Duration.ofSeconds(30);

    private final Program.Running running;
    private final URI uri;
    private final Path kubeconfig;

    private ServeProcess(Program.Running running, URI uri, Path kubeconfig) {
        this.running = running;
        this.uri = uri;
        this.kubeconfig = kubeconfig;
    }

    /** Starts one that writes {@code kubeconfig} into the home folder. */
    static ServeProcess start(Path home, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--kubeconfig", home.resolve("kubeconfig").toString()));
        return startWith(home, all);
    }

    /** Starts one with these options and no others. */
    static ServeProcess startWith(Path home, List<String> options) throws IOException {
        Program.Running running = program(home, options).start();
        try {
            List<String> lines = running.awaitLines(2, START);
            assertThat(lines.get(0)).startsWith("listening on http");
            assertThat(lines.get(1)).startsWith("kubeconfig /");
            Path kubeconfig = Path.of(lines.get(1).substring("kubeconfig ".length()));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kubeconfig)))
                    .isEqualTo("rw-------");
            return new ServeProcess(running, URI.create(lines.get(0).substring("listening on ".length())), kubeconfig);
        } catch (Throwable failed) {
            running.close();
            throw failed;
        }
    }

    static Program program(Path home, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(Surroundings.launcher().toString(), "serve"));
        command.addAll(options);
        return Program.of(home, command);
    }

    URI uri() {
        return uri;
    }

    Path kubeconfig() {
        return kubeconfig;
    }

    String token() throws IOException {
        return Files.readAllLines(kubeconfig).stream()
                .map(String::strip)
                .filter(line -> line.startsWith("token: "))
                .map(line -> line.substring("token: ".length()).replace("\"", ""))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no token in " + kubeconfig));
    }

    ProcessHandle handle() {
        return running.handle();
    }

    String err() throws IOException {
        return running.err();
    }

    /** What its sessions run now. */
    List<ProcessHandle> below() {
        return Processes.below(running.handle());
    }

    /** Asks it to stop, and waits for its end. */
    Program.Ended stop() {
        running.terminate();
        return running.await(STOP);
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> below = below();

        Program.Ended ended = stop();

        assertThat(ended.exitCode()).as("serve after SIGTERM: %s", ended).isZero();
        assertThat(ended.err()).as("what serve said meanwhile").isEmpty();
        Processes.awaitGone(below, Duration.ofSeconds(5));
    }
}
