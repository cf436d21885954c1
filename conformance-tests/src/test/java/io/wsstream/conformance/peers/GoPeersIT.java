package io.wsstream.conformance.peers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.GoServer.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kubernetes' client against Kubernetes' servers: what fails here is a fault of the peers as they are built here. */
@Timeout(60)
class GoPeersIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** The runtimes refuse v5, and the client then speaks SPDY. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void anExecHasItsStreamsItsEndOfStdinAndItsExitCode(Kind kind) throws Exception {
        try (GoServer server = GoServer.start(kind)) {
            PeerResult result = client(
                            "exec", server, List.of("-i", "--fallback"), "sh", "-c", "cat; echo err >&2; exit 7")
                    .input("typed\n".getBytes(UTF_8))
                    .run(LIMIT);

            assertThat(result).hasToString("exit 7, stdout 'typed\n', stderr 'err\n'");
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anAttachHasAShellOfItsOwn(Kind kind) throws Exception {
        try (GoServer server = GoServer.start(kind)) {
            for (int session = 0; session < 2; session++) {
                PeerResult result = client("attach", server, List.of("-i", "--fallback"))
                        .input("echo $before; before=set; echo err >&2; exit 7\n".getBytes(UTF_8))
                        .run(LIMIT);

                assertThat(result).hasToString("exit 0, stdout '\n', stderr 'err\n'");
            }
        }
    }

    /** A runtime refuses it with 400; the apiserver's translator agrees first, and hears of it in the second request. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void anExecWithoutAnyStreamIsRefused(Kind kind) throws Exception {
        try (GoServer server = GoServer.start(kind)) {
            PeerResult result = client("exec", server, List.of("--stdout=false", "--stderr=false"), "true")
                    .run(LIMIT);

            assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
            assertThat(result.err())
                    .startsWith(kind == Kind.APISERVER ? "error: Internal error occurred:" : "error: unable to upgrade")
                    .contains("you must specify at least 1 of stdin, stdout, stderr");
        }
    }

    /** Which signal ended a command is told as container runtimes tell it. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void aKilledCommandHas128AndItsSignalAsExitCode(Kind kind) throws Exception {
        try (GoServer server = GoServer.start(kind)) {
            PeerResult result = client("exec", server, List.of("--fallback"), "sh", "-c", "kill -9 $$")
                    .run(LIMIT);

            assertThat(result).hasToString("exit 137, stdout '', stderr ''");
        }
    }

    /** On the way there the end of the input is told; the tunnel carries SPDY, which knows it. */
    @Test
    void aForwardedConnectionCarriesEachByteAndItsEnd() throws Exception {
        byte[] bytes = new byte[1 << 20];
        new Random(3).nextBytes(bytes);
        try (ServerSocket target = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                GoServer server = GoServer.start(Kind.APISERVER);
                ServingPeer forward = forwardTo(target.getLocalPort(), server.url())) {
            CompletableFuture<Void> echoed = CompletableFuture.runAsync(() -> echoOnceItHasAll(target));
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(forward.address()))) {
                socket.setSoTimeout((int) LIMIT.toMillis());
                socket.getOutputStream().write(bytes);
                socket.shutdownOutput();

                assertThat(socket.getInputStream().readAllBytes()).isEqualTo(bytes);
            }
            echoed.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    @SuppressWarnings("try") // That the server is closed first is what this is about.
    void theEndOfAServerEndsTheProcessesOfItsPods() throws Exception {
        ProcessHandle process;
        try (GoServer server = GoServer.start(Kind.CRI);
                ServingPeer client = ServingPeer.start(
                        Pattern.compile("(\\d+)"),
                        Peer.CLIENT_GO,
                        arguments("exec", server, List.of("--fallback"), "sh", "-c", "echo $$; exec sleep 1000"))) {
            process = ProcessHandle.of(Long.parseLong(client.address())).orElseThrow();
            server.close();

            process.onExit().get(10, TimeUnit.SECONDS);
        }
    }

    private static ServingPeer forwardTo(int port, URI server) throws IOException {
        return ServingPeer.start(
                Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+) -> " + port),
                Peer.CLIENT_GO,
                List.of("port-forward", "--server", server.toString(), "p", ":" + port));
    }

    private static void echoOnceItHasAll(ServerSocket target) {
        try (Socket socket = target.accept()) {
            socket.getOutputStream().write(socket.getInputStream().readAllBytes());
        } catch (IOException failed) {
            throw new AssertionError("the target of the port-forward", failed);
        }
    }

    private static PeerCommand client(String mode, GoServer server, List<String> flags, String... command) {
        return Peer.CLIENT_GO.command(arguments(mode, server, flags, command).toArray(String[]::new));
    }

    private static List<String> arguments(String mode, GoServer server, List<String> flags, String... command) {
        List<String> arguments =
                new ArrayList<>(List.of(mode, "--server", server.url().toString()));
        arguments.addAll(flags);
        arguments.addAll(List.of("p", "--"));
        arguments.addAll(List.of(command));
        return arguments;
    }
}
