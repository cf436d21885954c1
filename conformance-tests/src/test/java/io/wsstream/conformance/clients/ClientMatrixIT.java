package io.wsstream.conformance.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.exec.ExecServer;
import io.wsstream.conformance.peers.Bulk;
import io.wsstream.conformance.peers.Peer;
import io.wsstream.conformance.peers.PeerCommand;
import io.wsstream.conformance.peers.PeerResult;
import io.wsstream.conformance.peers.TestTerminal;
import io.wsstream.server.SessionInfo;
import io.wsstream.server.SessionListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each client of others against our server, over TLS with a token and the kubeconfig that a user would have.
 *
 * <p>What is seen is a cell of {@code docs/CLIENTS.md}, and must be what the committed table says there; {@code mvn verify
 * -Dclients.update=true} writes it. A client that was not built has its cells unchecked here, and fails with {@code
 * CI=true}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientMatrixIT {
    private static final Duration LIMIT = Duration.ofSeconds(90); // longer than those clients wait that have a limit
    private static final Duration BULK_LIMIT = Duration.ofMinutes(3);
    private static final Set<Peer> CLIENTS =
            EnumSet.complementOf(EnumSet.of(Peer.GORILLA, Peer.KUBERNETES, Peer.KUBERNETES_1_35));

    /** They want a terminal of their own; the others are told of one that is not there. */
    private static final Set<Peer> TERMINAL_PROGRAMS = EnumSet.of(Peer.KUBECTL, Peer.KUBECTL_1_32, Peer.KUBECTL_1_30);

    private final List<SessionInfo> sessions = new CopyOnWriteArrayList<>();
    private SeenCells cells;
    private Path folder;
    private Bulk bulk;
    private ExecServer server;

    static Stream<Peer> clients() {
        return CLIENTS.stream();
    }

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        cells = new SeenCells("client");
        folder = temporary;
        bulk = Bulk.in(folder);
        server = ExecServer.start(new SessionListener() {
            @Override
            public void opened(SessionInfo session) {
                sessions.add(session);
            }
        });
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
        cells.finish(names());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void everyByteOfStdoutArrives(Peer client) throws Exception {
        List<String> words =
                new ArrayList<>(List.of("local", "--", "cat", bulk.file().toString()));
        if (client == Peer.CLIENT_PYTHON) {
            words.addAll(0, List.of("--timeout", "170")); // It copies all that it has with each message: 30 s.
        }

        PeerResult result = command(client, words.toArray(new String[0])).run(BULK_LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(Bulk.sha256(new ByteArrayInputStream(result.stdout()))).isEqualTo(bulk.sha256());
        cell(client, "stdout", "whole");
    }

    @ParameterizedTest
    @MethodSource("clients")
    void theExitCodeIsThatOfTheCommandAndStderrComesApart(Peer client) throws Exception {
        PeerResult success = exec(client, "local", "--", "sh", "-c", "echo to stdout; echo to stderr >&2");
        PeerResult failure = exec(client, "local", "--", "sh", "-c", "echo seen; exit 42");
        PeerResult notFound = exec(client, "local", "--", "no-such-command");

        assertThat(success.out()).as(success.toString()).isEqualTo("to stdout\n");
        assertThat(success.err()).isEqualTo("to stderr\n");
        assertThat(failure.out()).as(failure.toString()).isEqualTo("seen\n");
        assertThat(notFound.err()).contains("no-such-command");
        cell(client, "stderr", "apart");
        cell(client, "exit code", success.exitCode() + ", " + failure.exitCode() + ", " + notFound.exitCode());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void everyByteOfStdinArrives(Peer client) throws Exception {
        PeerResult result = command(client, "-i", "local", "--", "sh", "-c", "head -c " + Bulk.BYTES + " | sha256sum")
                .input(bulk.file())
                .run(BULK_LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out()).isEqualTo(bulk.sha256() + "  -\n");
        cell(client, "stdin", "whole");
    }

    /** Whoever cannot tell the end of stdin sees what was echoed, then waits until it gives up and closes the session. */
    @ParameterizedTest
    @MethodSource("clients")
    void theCommandHearsOfTheEndOfStdin(Peer client) throws Exception {
        Path end = folder.resolve("end-" + client.programName());
        List<String> words = new ArrayList<>(List.of("-i", "local", "--", "sh", "-c"));
        words.add("cat; echo end of stdin; : >\"$0\"; exit 7");
        words.add(end.toString());
        if (client == Peer.FABRIC8) {
            words.addAll(0, List.of("--timeout", "8")); // It has nothing to wait for.
        }

        PeerResult result = command(client, words.toArray(new String[0]))
                .input("typed\n".getBytes(UTF_8))
                .run(LIMIT);

        Awaitility.await("end of stdin").atMost(LIMIT).until(() -> Files.exists(end));
        boolean heard = result.exitCode() == 7;
        assertThat(result.exitCode()).as(result.toString()).isIn(7, 124);
        assertThat(result.out()).isEqualTo(heard ? "typed\nend of stdin\n" : "typed\n");
        cell(client, "end of stdin", heard ? "half-close" : "no: ends with the session");
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aTerminalCarriesBothOutputs(Peer client) throws Exception {
        String[] script = {"sh", "-c", "tty; echo to stderr >&2"};
        String stdout;
        String stderr;
        if (TERMINAL_PROGRAMS.contains(client)) {
            Path errors = folder.resolve("stderr");
            try (TestTerminal terminal = terminal(client, errors, script)) {
                assertThat(terminal.awaitExit()).as(terminal.shown()).isZero();
                stdout = terminal.shown();
            }
            stderr = Files.readString(errors);
        } else {
            PeerResult result = exec(client, words(List.of("-t", "local", "--"), script));
            assertThat(result.exitCode()).as(result.toString()).isZero();
            stdout = result.out();
            stderr = result.err();
        }

        assertThat(stdout).matches("/dev/pts/\\d+\r\nto stderr\r\n");
        assertThat(stderr).isEmpty();
        cell(client, "terminal", "yes");
    }

    @ParameterizedTest
    @MethodSource("clients")
    void theTerminalThereGetsTheNewSize(Peer client) throws Exception {
        String[] script = {
            "sh",
            "-c",
            "trap 'size=$(stty size); echo \"$size\"; [ \"$size\" != \"50 132\" ] || exit 3' WINCH;"
                    + " echo ready; while :; do sleep 0.05; done"
        };
        String shown;
        int exitCode;
        if (TERMINAL_PROGRAMS.contains(client)) {
            try (TestTerminal terminal = terminal(client, folder.resolve("stderr"), script)) {
                terminal.awaitShown("ready\r\n").resize(132, 50);
                exitCode = terminal.awaitExit();
                shown = terminal.shown();
            }
        } else {
            PeerResult result = exec(client, words(List.of("-t", "--resize", "132x50", "local", "--"), script));
            exitCode = result.exitCode();
            shown = result.out();
        }

        assertThat(exitCode).as(shown).isEqualTo(3);
        assertThat(shown).startsWith("ready\r\n").endsWith("50 132\r\n");
        cell(client, "new size", "yes");
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aRefusalIsShown(Peer client) throws Exception {
        PeerResult result = exec(client, "none", "--", "true");

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
        String shown = result.err().replace("\\", ""); // Python shows the JSON
        assertThat(shown).containsAnyOf("pods \"none\" not found", "404");
        cell(client, "refusal", shown.contains("pods \"none\" not found") ? "the server's words" : "its code only");
    }

    @ParameterizedTest
    @MethodSource("clients")
    void whatIsSentIsKnown(Peer client) throws Exception {
        String version = client.version().orElse("");
        sessions.clear();
        try (WireTap tap = new WireTap(server)) {
            Path kubeconfig = folder.resolve("tapped-" + client.programName());
            tap.writeKubeconfig(kubeconfig);

            PeerResult result = client.command("exec", "--kubeconfig", kubeconfig.toString(), "local", "--", "true")
                    .run(LIMIT);

            assertThat(result.exitCode()).as(result.toString()).isZero();
            String head = tap.upgrade();
            cell(client, "version", version);
            cell(client, "offers", literal(WireTap.header(head, "Sec-WebSocket-Protocol")));
            cell(client, "speaks", literal(sessions.get(0).subprotocol()));
            String origin = WireTap.header(head, "Origin");
            cell(client, "Origin", origin.equals(tap.uri().toString()) ? "the server's" : literal(origin));
            cell(client, "extensions", literal(WireTap.header(head, "Sec-WebSocket-Extensions")));
            cell(client, "asks before", literal(String.join(", ", tap.otherPaths())));
        }
    }

    private static String literal(String text) {
        return text.isEmpty() ? "nothing" : "`" + text + "`";
    }

    @Test
    void theTableNamesNobodyElse() {
        cells.assertNoRowsBut(names());
    }

    /** What Python's client does unless it is told otherwise: text messages both ways. */
    @Test
    void pythonsTextMessagesAreStdinToo() throws Exception {
        PeerResult result = command(Peer.CLIENT_PYTHON, "-i", "--text", "local", "--", "cat")
                .input("żółw\n".getBytes(UTF_8))
                .run(LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out()).isEqualTo("żółw\n");
    }

    private static Set<String> names() {
        return clients().map(Peer::programName).collect(Collectors.toSet());
    }

    private void cell(Peer client, String column, String value) {
        cells.saw(client.programName(), column, value);
    }

    private PeerCommand command(Peer client, String... words) {
        return client.command(
                words(List.of("exec", "--kubeconfig", server.kubeconfig().toString()), words));
    }

    private PeerResult exec(Peer client, String... words) throws Exception {
        return command(client, words).run(LIMIT);
    }

    /** {@code exec -it} on a terminal of 80 by 24; what the client itself writes to stderr goes to a file. */
    private TestTerminal terminal(Peer client, Path stderr, String... command) throws IOException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.remove("KUBECONFIG");
        environment.put("HOME", folder.toString());
        List<String> line = new ArrayList<>(List.of(
                "sh",
                "-c",
                "exec \"$@\" 2>\"$0\"",
                stderr.toString(),
                client.require().toString()));
        line.addAll(List.of("exec", "-it", "--kubeconfig", server.kubeconfig().toString(), "local", "--"));
        line.addAll(List.of(command));
        return TestTerminal.start(folder, 80, 24, environment, line);
    }

    private static String[] words(List<String> first, String... more) {
        return Stream.concat(first.stream(), Arrays.stream(more)).toArray(String[]::new);
    }
}
