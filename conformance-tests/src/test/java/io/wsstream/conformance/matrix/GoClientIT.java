package io.wsstream.conformance.matrix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.exec.ExecServer;
import io.wsstream.conformance.peers.Bulk;
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

/** What client-go can be told that {@code docs/CLIENTS.md} does not ask of all clients: another offer, and a fallback. */
@Timeout(60)
class GoClientIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String V4 = "v4.channel.k8s.io";
    private static final String V5 = "v5.channel.k8s.io";

    @TempDir
    private static Path folder;

    private static Bulk bulk;
    private static ExecServer server;

    @BeforeAll
    static void start() throws IOException {
        bulk = Bulk.in(folder);
        server = ExecServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V5})
    void outputsAndExitCodeArrive(String offer) throws Exception {
        PeerResult result = exec(List.of("--offer", offer), "sh", "-c", "echo out; echo err >&2; exit 7")
                .run(LIMIT);

        assertThat(result).hasToString("exit 7, stdout 'out\n', stderr 'err\n'");
    }

    /** 124 is what timeout says when cat still waits for more. */
    @Test
    void onV4StdinArrivesAndItsEndDoesNot() throws Exception {
        PeerResult result = exec(List.of("-i", "--offer", V4), "sh", "-c", "timeout 1 cat; echo $?")
                .input("before\n".getBytes(UTF_8))
                .run(LIMIT);

        assertThat(result).hasToString("exit 0, stdout 'before\n124\n', stderr ''");
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V5})
    void theTerminalFollowsAResize(String offer) throws Exception {
        String script = Shell.waitsForSize(80, 24) + Shell.waitsForSize(132, 50) + "tty; exit 3";
        PeerResult result = exec(List.of("-t", "--resize", "132x50", "--offer", offer), "sh", "-c", script)
                .run(LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(3);
        assertThat(result.out()).matches("24 80\r\n50 132\r\n/dev/pts/\\d+\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V5})
    void everyByteOfALongOutputArrives(String offer) throws Exception {
        PeerResult result =
                exec(List.of("--offer", offer), "cat", bulk.file().toString()).run(LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(Bulk.sha256(new ByteArrayInputStream(result.stdout()))).isEqualTo(bulk.sha256());
    }

    /** The command knows where the input ends, so that this can be asked of v4 too. */
    @ParameterizedTest
    @ValueSource(strings = {V4, V5})
    void everyByteOfALongInputArrives(String offer) throws Exception {
        PeerResult result = exec(List.of("-i", "--offer", offer), "sh", "-c", "head -c " + Bulk.BYTES + " | sha256sum")
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

    @Test
    void withTheFallbackOfKubectlV5IsStillTheFirst() throws Exception {
        PeerResult result = exec(List.of("-i", "--fallback"), "cat")
                .input("all".getBytes(UTF_8))
                .run(LIMIT);

        assertThat(result).hasToString("exit 0, stdout 'all', stderr ''");
    }

    /** With the fallback nothing is shown but the answer to the second request, a POST for SPDY. */
    @ParameterizedTest
    @ValueSource(strings = {"--timeout=30", "--fallback"})
    void aRefusalIsOneLineThatSaysWhatIsWrong(String flag) throws Exception {
        PeerResult result =
                exec(List.of(flag, "--stdout=false", "--stderr=false"), "true").run(LIMIT);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
        assertThat(result.err()).startsWith("error: ").hasLineCount(1).contains("at least 1 of stdin, stdout, stderr");
    }

    private static PeerCommand exec(List<String> flags, String... command) {
        List<String> arguments = new ArrayList<>(
                List.of("exec", "--kubeconfig", server.kubeconfig().toString()));
        arguments.addAll(flags);
        arguments.addAll(List.of("local", "--"));
        arguments.addAll(List.of(command));
        return Peer.CLIENT_GO.command(arguments.toArray(String[]::new));
    }
}
