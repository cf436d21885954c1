package io.wsstream.conformance.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.conformance.peers.Peer;
import io.wsstream.conformance.peers.PeerResult;
import io.wsstream.core.ExecResult;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.status.Status;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.SessionInfo;
import io.wsstream.server.SessionListener;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every row of PROTOCOL.md 4, the names that no other server has, too: our client against our server, and client-go in those
 * that it can read, which are the raw ones. Our client against Go servers: {@code GoServersIT}.
 */
@Timeout(120)
class EverySubprotocolIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final List<String> SPOKEN = new CopyOnWriteArrayList<>();

    @TempDir
    private static Path folder;

    private static LocalProcess processes;
    private static WsStreamServer server;
    private static Path kubeconfig;

    @BeforeAll
    static void start() throws IOException {
        processes = LocalProcess.create();
        server = WsStreamServer.builder()
                .pods(PodCatalog.of(Pod.of("p", "main")))
                .exec(processes)
                .subprotocols(Subprotocol.values())
                .listener(new SessionListener() {
                    @Override
                    public void opened(SessionInfo session) {
                        SPOKEN.add(session.subprotocol());
                    }
                })
                .start();
        kubeconfig = folder.resolve("kubeconfig");
        server.writeKubeconfig(kubeconfig);
    }

    @AfterAll
    static void stop() {
        server.close();
        processes.close();
    }

    private static WsStreamClient client(ClientSettings settings) throws IOException {
        return WsStreamClient.of(ClusterAccess.kubeconfig(kubeconfig), settings);
    }

    private static WsStreamClient speaking(Subprotocol subprotocol) throws IOException {
        return client(ClientSettings.defaults().withOffer(subprotocol));
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void carriesInputOutputAndTheExitCode(Subprotocol subprotocol) throws Exception {
        byte[] input = new byte[300_000];
        new Random(5).nextBytes(input);

        try (WsStreamClient client = speaking(subprotocol);
                ExecSession session = client.pod("p")
                        .command("sh", "-c", "head -c " + input.length + "; echo err >&2; exit 3")
                        .timeout(BOUND)
                        .start()) {
            assertThat(session.subprotocol()).isEqualTo(subprotocol);
            session.stdin().write(input);

            assertThat(session.stdout().readAllBytes()).isEqualTo(input);
            assertThat(new String(session.stderr().readAllBytes(), UTF_8)).isEqualTo("err\n");
            ExecResult result = session.await(BOUND);
            if (subprotocol.hasJsonStatus()) {
                assertThat(result.exitCode()).hasValue(3);
            } else {
                assertThat(result).isInstanceOf(ExecResult.Failure.class);
                assertThat(result.describe()).contains("exit status 3");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void succeedsByStatusOrBySilence(Subprotocol subprotocol) throws Exception {
        try (WsStreamClient client = speaking(subprotocol)) {
            assertThat(client.pod("p").command("true").timeout(BOUND).run().result())
                    .isEqualTo(new ExecResult.Success());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V3", "V4", "V4_BASE64", "V5"})
    void resizesATerminal(Subprotocol subprotocol) throws Exception {
        try (WsStreamClient client = speaking(subprotocol);
                ExecSession session = client.pod("p")
                        .command("sh", "-c", "stty size; read a; stty size")
                        .tty(new TerminalSize(99, 33))
                        .timeout(BOUND)
                        .start()) {
            ExecIT.readUntil(session.stdout(), "33 99");
            session.resize(new TerminalSize(120, 40));
            session.stdin().write('\r');
            ExecIT.readUntil(session.stdout(), "40 120");
            assertThat(session.await(BOUND)).isEqualTo(new ExecResult.Success());
        }
    }

    /**
     * client-go takes all text of a failure for a message, and what it ends with is 1. Before v2 it does not wait for that
     * text; then it may miss it.
     */
    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"NONE", "V1", "V2", "V3", "V4", "V5"})
    void carriesInputAndOutputOfClientGo(Subprotocol subprotocol) throws Exception {
        boolean waitsForText = subprotocol != Subprotocol.NONE && subprotocol != Subprotocol.V1;
        int code = waitsForText ? 3 : 0;
        // An offer of nothing but a comma is one of no name.
        String offer = subprotocol == Subprotocol.NONE ? "," : subprotocol.wireName();
        byte[] input = new byte[300_000];
        new Random(6).nextBytes(input);

        SPOKEN.clear();
        PeerResult result = Peer.CLIENT_GO
                .command(
                        "exec",
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "-i",
                        "--offer",
                        offer,
                        "p",
                        "--",
                        "sh",
                        "-c",
                        "head -c " + input.length + "; echo err >&2; exit " + code)
                .input(input)
                .run(BOUND);

        assertThat(SPOKEN).containsExactly(subprotocol.wireName());
        assertThat(result.stdout()).as(result.toString()).isEqualTo(input);
        if (subprotocol.hasJsonStatus() || !waitsForText) {
            assertThat(result.err()).isEqualTo("err\n");
            assertThat(result.exitCode()).isEqualTo(code);
        } else {
            assertThat(result.err()).isEqualTo("err\nerror: error executing remote command: " + text(code) + "\n");
            assertThat(result.exitCode()).isEqualTo(1);
        }
    }

    private static String text(int code) {
        return Status.exited(code).message();
    }

    @Test
    void aTokenAmongTheSubprotocolsLetsIn() throws Exception {
        ClientSettings settings = ClientSettings.defaults().withTokenAsSubprotocol();
        try (WsStreamClient client = client(settings);
                WsStreamClient stranger =
                        WsStreamClient.of(ClusterAccess.kubeconfig(kubeconfig).token("wrong"), settings)) {
            assertThat(client.pod("p")
                            .command("echo", "hi")
                            .timeout(BOUND)
                            .run()
                            .out())
                    .isEqualTo("hi\n");
            assertThatThrownBy(() -> stranger.pod("p").command("true").run())
                    .isInstanceOfSatisfying(
                            HandshakeException.class,
                            refused -> assertThat(refused.httpStatus()).isEqualTo(401));
        }
    }
}
