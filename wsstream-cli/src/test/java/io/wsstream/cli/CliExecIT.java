package io.wsstream.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ./wsstream exec}. */
class CliExecIT extends ExecIT {
    @Override
    List<String> tool() {
        return List.of(Surroundings.launcher().toString());
    }

    @Override
    int rounds() {
        return 8;
    }

    // ---------------------------------------------------------------- where the cluster is

    @Test
    void kubeconfigVariableNamesTheCluster() throws Exception {
        Program.Ended ended = wsstream("exec", "local", "--", "echo", "seen")
                .env("KUBECONFIG", server.kubeconfig().toString())
                .run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isZero();
        assertThat(ended.out()).isEqualTo("seen\n");
    }

    @Test
    void serverTokenAndNoVerificationNeedNoKubeconfig() throws Exception {
        Program.Ended ended = url(server.token(), "--insecure-skip-tls-verify", "local", "--", "echo", "seen")
                .run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isZero();
        assertThat(ended.out()).isEqualTo("seen\n");
    }

    @Test
    void aCaFileVouchesForTheServer() throws Exception {
        Path ca = Files.write(home.resolve("ca.pem"), caPem());

        Program.Ended ended = url(server.token(), "--certificate-authority", ca.toString(), "local", "--", "true")
                .run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isZero();
    }

    @Test
    void aCertificateThatNobodyVouchesForIsAnError() throws Exception {
        Program.Ended ended = url(server.token(), "local", "--", "true").run(LIMIT);

        assertOneErrorLine(ended, "TLS", "certificate", "CA");
    }

    @Test
    void aContextThatDoesNotExistIsAnError() throws Exception {
        Program.Ended ended =
                exec("--context", "elsewhere", "local", "--", "true").run(LIMIT);

        assertOneErrorLine(ended, "context 'elsewhere'", "wsstream");
    }

    @Test
    void noClusterAtAllIsAnError() throws Exception {
        Program.Ended ended = wsstream("exec", "local", "--", "true").run(LIMIT);

        assertOneErrorLine(ended, "no cluster", "KUBECONFIG");
    }

    @Test
    void aServerThatIsNotThereIsAnError() throws Exception {
        Program.Ended ended = wsstream(
                        "exec", "--server", "https://127.0.0.1:" + unusedPort(), "--token", "t", "local", "--", "true")
                .run(LIMIT);

        assertOneErrorLine(ended, "cannot connect to 127.0.0.1", "refused");
    }

    @Test
    void aHostThatIsNotFoundIsAnError() throws Exception {
        Program.Ended ended = wsstream(
                        "exec", "--server", "https://nowhere.invalid", "--token", "t", "local", "--", "true")
                .run(LIMIT);

        assertOneErrorLine(ended, "nowhere.invalid");
    }

    @Test
    void aServerThatSpeaksNoTlsIsAnError() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Program.Running client = wsstream(
                                "exec",
                                "--server",
                                "https://127.0.0.1:" + plain.getLocalPort(),
                                "--token",
                                "t",
                                "local",
                                "--",
                                "true")
                        .start()) {
            plain.setSoTimeout((int) LIMIT.toMillis());
            try (Socket socket = plain.accept()) {
                socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));

                assertOneErrorLine(client.await(LIMIT), "TLS with 127.0.0.1", "plain http");
            }
        }
    }

    @Test
    void helpIsNoError() throws Exception {
        Program.Ended ended = wsstream("exec", "--help").run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isZero();
        assertThat(ended.out()).contains("POD -- COMMAND", "--kubeconfig");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void podMayBeNamedWithItsKind() throws Exception {
        Program.Ended ended = exec("pod/local", "--", "echo", "seen").run(LIMIT);

        assertThat(ended.out()).as(ended.toString()).isEqualTo("seen\n");
    }

    // ---------------------------------------------------------------- how it ends

    @Test
    void aReaderThatHasEnoughEndsItWithoutNoise() throws Exception {
        Path script = Files.writeString(home.resolve("head"), "\"$@\" | head -1\n");
        List<String> line = Program.line(List.of("sh", script.toString()), tool().get(0));

        Program.Ended ended = Program.of(
                        home,
                        Program.line(
                                line,
                                "exec",
                                "--kubeconfig",
                                server.kubeconfig().toString(),
                                "local",
                                "--",
                                "yes"))
                .run(LIMIT);

        assertThat(ended.out()).as(ended.toString()).isEqualTo("y\n");
        assertThat(ended.err()).isEmpty();
        Processes.awaitGone(server.below(), Duration.ofSeconds(15));
    }

    @Test
    void aTimeoutEndsTheSessionAndTheCommand() throws Exception {
        Program.Ended ended =
                exec("--timeout", "1s", "local", "--", "sleep", "1000").run(LIMIT);

        assertOneErrorLine(ended, "did not end within 1 s");
        Processes.awaitGone(server.below(), Duration.ofSeconds(15));
    }

    @Test
    void aTimeoutThatIsNotReachedChangesNothing() throws Exception {
        Program.Ended ended =
                exec("--timeout", "5m", "local", "--", "sh", "-c", "exit 9").run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(9);
    }

    /** An end without a status is never a success. */
    @Test
    void aServerThatDiesIsAnError() throws Exception {
        Path other = Files.createDirectory(home.resolve("other"));
        try (Program.Running serve = ServeProcess.program(other, List.of()).start()) {
            String kubeconfig = serve.awaitLines(2, ServeProcess.START).get(1).substring("kubeconfig ".length());
            try (Program.Running client = wsstream(
                            "exec", "--kubeconfig", kubeconfig, "local", "--", "sh", "-c", "echo ready; exec sleep 15")
                    .start()) {
                client.awaitOut("ready", LIMIT);
                serve.kill();

                assertOneErrorLineAfter(client.await(LIMIT), "ready\n", "the connection was lost");
            }
        }
    }

    @Test
    void sigtermEndsItAndTheCommand() throws Exception {
        try (Program.Running client =
                exec("local", "--", "sh", "-c", "echo ready; exec sleep 1000").start()) {
            client.awaitOut("ready", LIMIT);
            List<ProcessHandle> there = server.below();
            client.terminate();

            Program.Ended ended = client.await(LIMIT);

            assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(143);
            assertThat(ended.err()).isEmpty();
            assertThat(there).isNotEmpty();
            Processes.awaitGone(there, Duration.ofSeconds(15));
        }
    }

    private Program wsstream(String... words) throws IOException {
        return Program.of(home, Program.line(tool(), words));
    }

    private Program url(String token, String... words) throws IOException {
        return Program.of(
                home,
                Program.line(
                        Program.line(tool(), "exec", "--server", server.uri().toString(), "--token", token), words));
    }

    private byte[] caPem() throws IOException {
        String key = "certificate-authority-data: ";
        return Files.readAllLines(server.kubeconfig()).stream()
                .map(String::strip)
                .filter(line -> line.startsWith(key))
                .map(line -> Base64.getDecoder().decode(line.substring(key.length())))
                .findFirst()
                .orElseThrow();
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void assertOneErrorLine(Program.Ended ended, String... words) throws IOException {
        assertOneErrorLineAfter(ended, "", words);
    }

    private static void assertOneErrorLineAfter(Program.Ended ended, String out, String... words) throws IOException {
        assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
        assertThat(ended.err()).startsWith("error: ").hasLineCount(1).contains(words);
        assertThat(ended.out()).isEqualTo(out);
    }
}
