package io.wsstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.Peer;
import io.wsstream.conformance.peers.TestTerminal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./wsstream serve}: what it prints, what it refuses, and what is left of it. */
class ServeIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Grace of 3 s, HUP with 2 s, TERM with 2 s, KILL, on a busy machine. */
    private static final Duration POLICY = Duration.ofSeconds(20);

    @TempDir
    private Path home;

    private Path kubeconfig;

    @BeforeEach
    void nameKubeconfig() {
        kubeconfig = home.resolve("kubeconfig");
    }

    // ---------------------------------------------------------------- what it prints and writes

    @Test
    void listensWhereItWasTold() throws Exception {
        int port = unusedPort();

        try (ServeProcess server = ServeProcess.start(home, "--listen", "localhost:" + port)) {
            assertThat(server.uri()).hasToString("https://localhost:" + port);
            assertThat(server.kubeconfig()).isEqualTo(kubeconfig);
            assertThat(exec(server, "echo", "seen").run(LIMIT).out()).isEqualTo("seen\n");
        }
    }

    @Test
    void withoutAKubeconfigItWritesATemporaryOneAndRemovesIt() throws Exception {
        Path written;
        try (ServeProcess server = ServeProcess.startWith(home, List.of())) {
            written = server.kubeconfig();

            assertThat(exec(server, "echo", "seen").run(LIMIT).out()).isEqualTo("seen\n");
        }

        assertThat(written).doesNotExist();
        assertThat(written.getParent()).doesNotExist();
    }

    @Test
    void aPortInUseIsOneErrorLine() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Program.Ended ended = serve("--listen", "127.0.0.1:" + other.getLocalPort());

            assertErrorLine(ended, 1, Integer.toString(other.getLocalPort()), "in use");
            assertThat(kubeconfig).doesNotExist();
        }
    }

    @Test
    void theTokenOfAFileLetsInAndNoOther() throws Exception {
        Path file = Files.writeString(home.resolve("token"), "of-my-own\n");

        try (ServeProcess server = ServeProcess.start(home, "--token-file", file.toString())) {
            assertThat(server.token()).isEqualTo("of-my-own");
            assertThat(exec(server, "true").run(LIMIT).exitCode()).isZero();
        }
    }

    @Test
    void anEmptyTokenFileIsOneErrorLine() throws Exception {
        Path file = Files.writeString(home.resolve("token"), "\n");

        assertErrorLine(serve("--token-file", file.toString()), 1, file.toString(), "no token");
    }

    @Test
    void showsTheCertificateItWasGiven() throws Exception {
        Path key = home.resolve("key.pem");
        Path certificate = home.resolve("cert.pem");
        Program.Ended made = Program.of(
                        home,
                        ("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout " + key
                                        + " -out " + certificate + " -addext subjectAltName=IP:127.0.0.1,DNS:localhost")
                                .split(" "))
                .run(LIMIT);
        assertThat(made.exitCode()).as(made.toString()).isZero();

        try (ServeProcess server =
                ServeProcess.start(home, "--tls-cert", certificate.toString(), "--tls-key", key.toString())) {
            assertThat(exec(server, "true").run(LIMIT).exitCode()).isZero();
            Program.Ended pinned = wsstream(
                            "exec",
                            "--server",
                            server.uri().toString(),
                            "--token",
                            server.token(),
                            "--certificate-authority",
                            certificate.toString(),
                            "local",
                            "--",
                            "true")
                    .run(LIMIT);
            assertThat(pinned.exitCode()).as(pinned.toString()).isZero();
        }
    }

    @Test
    void withoutAuthenticationItSpeaksPlainHttpOnLoopback() throws Exception {
        try (ServeProcess server = ServeProcess.start(home, "--insecure-no-auth")) {
            assertThat(server.uri().toString()).startsWith("http://127.0.0.1:");
            assertThat(exec(server, "echo", "seen").run(LIMIT).out()).isEqualTo("seen\n");
        }
    }

    @Test
    void offLoopbackItServesThoseWhoSaidSo() throws Exception {
        try (ServeProcess server = ServeProcess.start(home, "--listen", "0.0.0.0:0", "--host-exec")) {
            assertThat(exec(server, "echo", "seen").run(LIMIT).out()).isEqualTo("seen\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--listen 0.0.0.0:0, 0.0.0.0, --host-exec",
        "--listen 0.0.0.0:0 --insecure-no-auth, loopback, 0.0.0.0",
        "--listen 0.0.0.0:0 --host-exec --insecure-no-auth, loopback, 0.0.0.0",
        "--listen 127.0.0.1:99999, 99999, 65535",
        "--listen nonsense, nonsense, HOST:PORT",
        "--tls-cert cert.pem, --tls-cert, --tls-key",
        "--insecure-no-auth --token-file token, --insecure-no-auth, token",
        "--no-such-option, --no-such-option, --help"
    })
    void whatCannotBeMeantIsWrongUsage(String options, String word, String another) throws Exception {
        assertErrorLine(serve(options.split(" ")), 2, word, another);
        assertThat(kubeconfig).doesNotExist();
    }

    @Test
    void aKubeconfigOfSomebodyElseIsLeftAlone() throws Exception {
        Files.writeString(kubeconfig, "apiVersion: v1\nkind: Config\n");

        Program.Ended ended = serve();

        assertErrorLine(ended, 1, kubeconfig.toString(), "left alone");
        assertThat(ended.out()).isEmpty();
        assertThat(kubeconfig).hasContent("apiVersion: v1\nkind: Config\n");
    }

    @Test
    void aSecondStartReplacesItsOwnKubeconfig() throws Exception {
        String first;
        try (ServeProcess server = ServeProcess.start(home)) {
            first = server.token();
        }

        try (ServeProcess server = ServeProcess.start(home)) {
            assertThat(server.token()).isNotEqualTo(first);
            assertThat(exec(server, "true").run(LIMIT).exitCode()).isZero();
        }
    }

    // ---------------------------------------------------------------- what is left

    @Test
    void sigtermEndsItWithAllThatItsSessionsRun() throws Exception {
        ServeProcess server = ServeProcess.start(home);
        try (Program.Running client = exec(server, "sh", "-c", "sleep 1000 & echo ready; wait")
                        .start();
                TestTerminal terminal = shell(server)) {
            client.awaitOut("ready", LIMIT);
            terminal.awaitShown("ready> ").type("sleep 1000 &\r").awaitShown("ready> ");
            List<ProcessHandle> below = server.below();

            Program.Ended ended = server.stop();

            assertThat(ended.exitCode()).as(ended.toString()).isZero();
            assertThat(ended.err()).isEmpty();
            assertThat(below).hasSizeGreaterThanOrEqualTo(4);
            Processes.awaitGone(below, Duration.ofSeconds(5));
            assertErrorLine(client.await(LIMIT), 1, "shutting down");
            assertThat(terminal.awaitExit()).as(terminal.shown()).isEqualTo(1);
            assertThat(terminal.shown()).contains("error: ");
        } finally {
            server.stop();
        }
    }

    @Test
    void aServerThatIsKilledHangsItsTerminalsUpAndEndsTheInputOfTheRest() throws Exception {
        ServeProcess server = ServeProcess.start(home);
        try (Program.Running client = Program.of(
                                home,
                                Program.line(
                                        tool(),
                                        "exec",
                                        "-i",
                                        "--kubeconfig",
                                        server.kubeconfig().toString(),
                                        "local",
                                        "--",
                                        "sh",
                                        "-c",
                                        "echo ready; cat"))
                        .inputStaysOpen()
                        .start();
                TestTerminal terminal = shell(server)) {
            client.awaitOut("ready", LIMIT);
            terminal.awaitShown("ready> ").type("sleep 1000 &\r").awaitShown("ready> ");
            List<ProcessHandle> below = server.below();

            assertThat(server.handle().destroyForcibly()).isTrue();

            assertThat(below).hasSizeGreaterThanOrEqualTo(4);
            Processes.awaitGone(below, Duration.ofSeconds(5));
            assertErrorLine(client.await(LIMIT), 1, "connection");
            assertThat(terminal.awaitExit()).as(terminal.shown()).isEqualTo(1);
        } finally {
            server.stop();
        }
    }

    @Test
    void aClientThatIsKilledTakesItsCommandAlong() throws Exception {
        try (ServeProcess server = ServeProcess.start(home);
                Program.Running client =
                        exec(server, "sh", "-c", "echo ready; exec sleep 1000").start()) {
            client.awaitOut("ready", LIMIT);
            List<ProcessHandle> below = server.below();
            client.kill();

            assertThat(below).isNotEmpty();
            Processes.awaitGone(below, POLICY);
        }
    }

    /** Its sockets live on, and nobody answers a Ping: given up after 61 s. */
    @Test
    @Tag("stress")
    void aClientThatIsStoppedTakesItsCommandAlongAndHearsOfIt() throws Exception {
        try (ServeProcess server = ServeProcess.start(home);
                Program.Running client = Program.of(
                                home,
                                Peer.KUBECTL.require().toString(),
                                "exec",
                                "--kubeconfig",
                                server.kubeconfig().toString(),
                                "local",
                                "--",
                                "sh",
                                "-c",
                                "echo ready; exec sleep 1000")
                        .start()) {
            client.awaitOut("ready", LIMIT);
            List<ProcessHandle> below = server.below();
            assertThat(below).isNotEmpty();
            signal("STOP", client);

            Processes.awaitGone(below, Duration.ofSeconds(90));
            signal("CONT", client);
            Program.Ended ended = client.await(LIMIT);
            assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
            assertThat(ended.err()).contains("error");
        }
    }

    private void signal(String name, Program.Running to) throws IOException {
        Program.Ended ended = Program.of(
                        home, "kill", "-" + name, String.valueOf(to.handle().pid()))
                .run(LIMIT);
        assertThat(ended.exitCode()).as(ended.toString()).isZero();
    }

    @Test
    void aTerminalThatIsKilledTakesItsShellAndItsJobsAlong() throws Exception {
        try (ServeProcess server = ServeProcess.start(home);
                TestTerminal terminal = shell(server)) {
            terminal.awaitShown("ready> ").type("sleep 1000 &\r").awaitShown("ready> ");
            List<ProcessHandle> below = server.below();
            terminal.program().destroyForcibly();

            assertThat(below).hasSizeGreaterThanOrEqualTo(2);
            Processes.awaitGone(below, POLICY);
        }
    }

    @Test
    void whatReadsItsStdinMayFinishAfterItsClientWasKilled() throws Exception {
        Path file = home.resolve("finished");
        try (ServeProcess server = ServeProcess.start(home);
                Program.Running client = Program.of(
                                home,
                                Program.line(
                                        tool(),
                                        "exec",
                                        "-i",
                                        "--kubeconfig",
                                        kubeconfig.toString(),
                                        "local",
                                        "--",
                                        "sh",
                                        "-c",
                                        "echo ready; cat >/dev/null; echo done >\"$0\"",
                                        file.toString()))
                        .inputStaysOpen()
                        .start()) {
            client.awaitOut("ready", LIMIT);
            List<ProcessHandle> below = server.below();
            client.kill();

            Processes.awaitGone(below, POLICY);
            assertThat(file).hasContent("done\n");
        }
    }

    private TestTerminal shell(ServeProcess server) throws IOException {
        return Surroundings.terminal(
                home,
                80,
                24,
                Program.line(
                        tool(),
                        "exec",
                        "-it",
                        "--kubeconfig",
                        server.kubeconfig().toString(),
                        "local",
                        "--",
                        "env",
                        "PS1=ready> ",
                        "bash",
                        "--norc",
                        "--noprofile"));
    }

    private Program exec(ServeProcess server, String... command) throws IOException {
        return Program.of(
                home,
                Program.line(
                        Program.line(
                                tool(),
                                "exec",
                                "--kubeconfig",
                                server.kubeconfig().toString(),
                                "local",
                                "--"),
                        command));
    }

    private Program wsstream(String... words) throws IOException {
        return Program.of(home, Program.line(tool(), words));
    }

    private static List<String> tool() {
        return List.of(Surroundings.launcher().toString());
    }

    /** A start that is to fail. */
    private Program.Ended serve(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--kubeconfig", kubeconfig.toString()));
        return ServeProcess.program(home, all).run(LIMIT);
    }

    private static void assertErrorLine(Program.Ended ended, int exitCode, String... words) throws IOException {
        assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(exitCode);
        assertThat(ended.err()).startsWith("error: ").hasLineCount(1).contains(words);
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
