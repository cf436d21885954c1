package io.wsstream.conformance.matrix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.client.LocalServer;
import io.wsstream.conformance.peers.Peer;
import io.wsstream.conformance.peers.PeerCommand;
import io.wsstream.conformance.peers.PeerResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** client-go's WebSocket executor against our server; v5 is what it offers of its own accord, and kubectl with it. */
@Timeout(60)
class GoClientIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String V4 = "v4.channel.k8s.io";
    private static final String V5 = "v5.channel.k8s.io";

    @TempDir
    private static Path folder;

    private static Bulk bulk;
    private static LocalServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new LocalServer();
        bulk = Bulk.in(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V5})
    void outputsAndExitCodeArrive(String offer) throws Exception {
        PeerResult result = exec(List.of("-offer", offer), "sh", "-c", "echo out; echo err >&2; exit 7")
                .run(LIMIT);

        assertThat(result).hasToString("exit 7, stdout 'out\n', stderr 'err\n'");
    }

    @Test
    void theUsualOfferIsV5AndTheEndOfStdinIsTold() throws Exception {
        PeerResult result = exec(List.of("-i"), "sh", "-c", "cat; echo after; exit 5")
                .input("before\n".getBytes(UTF_8))
                .run(LIMIT);

        assertThat(result).hasToString("exit 5, stdout 'before\nafter\n', stderr ''");
    }

    /** 124 is what timeout says when cat still waits for more. */
    @Test
    void onV4StdinArrivesAndItsEndDoesNot() throws Exception {
        PeerResult result = exec(List.of("-i", "-offer", V4), "sh", "-c", "timeout 1 cat; echo $?")
                .input("before\n".getBytes(UTF_8))
                .run(LIMIT);

        assertThat(result).hasToString("exit 0, stdout 'before\n124\n', stderr ''");
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V5})
    void everyByteOfALongOutputArrives(String offer) throws Exception {
        PeerResult result =
                exec(List.of("-offer", offer), "cat", bulk.file().toString()).run(LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(Bulk.sha256(new ByteArrayInputStream(result.stdout()))).isEqualTo(bulk.sha256());
    }

    /** The command knows where the input ends, so that this can be asked of v4 too. */
    @ParameterizedTest
    @ValueSource(strings = {V4, V5})
    void everyByteOfALongInputArrives(String offer) throws Exception {
        PeerResult result = exec(List.of("-i", "-offer", offer), "sh", "-c", "head -c " + Bulk.BYTES + " | sha256sum")
                .input(bulk.file())
                .run(LIMIT);

        assertThat(result).hasToString("exit 0, stdout '" + bulk.sha256() + "  -\n', stderr ''");
    }

    @Test
    void everyByteGoesThereAndBackAtOnce() throws Exception {
        PeerResult result = exec(List.of("-i"), "cat").input(bulk.file()).run(LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(Bulk.sha256(new ByteArrayInputStream(result.stdout()))).isEqualTo(bulk.sha256());
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V5})
    void theTerminalFollowsEachResize(String offer) throws Exception {
        String script = Shell.waitsForSize(99, 33) + Shell.waitsForSize(120, 40) + "tty; exit 3";
        PeerResult result = exec(List.of("-t", "-sizes", "99x33,120x40", "-offer", offer), "sh", "-c", script)
                .run(LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(3);
        assertThat(result.out()).matches("33 99\r\n40 120\r\n/dev/pts/\\d+\r\n");
    }

    @Test
    void withTheFallbackOfKubectlV5IsStillTheFirst() throws Exception {
        PeerResult result = exec(List.of("-i", "-fallback"), "cat")
                .input("all".getBytes(UTF_8))
                .run(LIMIT);

        assertThat(result).hasToString("exit 0, stdout 'all', stderr ''");
    }

    /** The refusals of both requests; of the second one kubectl prints no more than this. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRefusalIsOneLineThatSaysWhatToDo(boolean fallback) throws Exception {
        PeerResult result = client("exec", "wrong", fallback ? List.of("-fallback") : List.of(), "true")
                .run(LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
        assertThat(result.err()).startsWith("error: ").hasLineCount(1).contains("invalid bearer token");
    }

    private static PeerCommand exec(List<String> flags, String... command) {
        return client("exec", LocalServer.TOKEN, flags, command);
    }

    private static PeerCommand client(String mode, String token, List<String> flags, String... command) {
        List<String> arguments =
                new ArrayList<>(List.of(mode, "-server", server.url().toString(), "-token", token));
        arguments.addAll(flags);
        arguments.addAll(List.of("p", "--"));
        arguments.addAll(List.of(command));
        return Peer.KUBERNETES.command(arguments.toArray(String[]::new));
    }
}
