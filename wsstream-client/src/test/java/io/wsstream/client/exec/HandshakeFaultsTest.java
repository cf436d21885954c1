package io.wsstream.client.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.ScriptedServer;
import io.wsstream.client.ScriptedServer.Script;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.WsTimeoutException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HandshakeFaultsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    private static final Duration SHORT = Duration.ofMillis(300);

    private static final String NOT_FOUND =
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                    + "\"message\":\"pods \\\"p\\\" not found\",\"reason\":\"NotFound\",\"code\":404}";

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "chunked", "EOF"})
    void aRefusalKeepsItsStatusHoweverItsBodyIsFramed(String framing) throws Exception {
        HandshakeException refused = refusal(peer -> {
            peer.readRequest();
            String head = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n";
            switch (framing) {
                case "chunked" ->
                    peer.send(head + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + NOT_FOUND.substring(0, 5) + "\r\n"
                            + Integer.toHexString(NOT_FOUND.length() - 5) + "\r\n" + NOT_FOUND.substring(5)
                            + "\r\n0\r\n\r\n");
                case "EOF" -> peer.send(head + "\r\n" + NOT_FOUND);
                default -> {
                    peer.send(head + "Content-Length: " + NOT_FOUND.length() + "\r\n\r\n" + NOT_FOUND);
                    peer.socket().getInputStream().read(); // Keeps the connection open.
                }
            }
        });

        assertThat(refused.httpStatus()).isEqualTo(404);
        assertThat(refused.status()).isNotNull();
        assertThat(refused).hasMessage("the server refused: 404 Not Found: pods \"p\" not found");
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        HandshakeException refused = refusal(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 302 Found\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\n\r\n");
        });

        assertThat(refused.httpStatus()).isEqualTo(302);
        assertThat(refused)
                .hasMessageContaining("redirects are not followed")
                .hasMessageContaining("https://elsewhere/");
    }

    @Test
    void anEmpty403NamesWhatWasOffered() throws Exception {
        HandshakeException refused = refusal(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 403 Forbidden\r\n\r\n");
        });

        assertThat(refused).hasMessageContaining("v5.channel.k8s.io, v4.channel.k8s.io");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Sec-WebSocket-Protocol: \r\n",
                "Sec-WebSocket-Protocol: chat\r\n",
                "Sec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io\r\n",
                "Sec-WebSocket-Protocol: V5.channel.k8s.io\r\n",
                "Sec-WebSocket-Protocol: channel.k8s.io\r\n"
            })
    void a101MustSelectOneOfTheSubprotocolsOffered(String lines) throws Exception {
        HandshakeException refused = refusal(peer -> peer.accept(lines, true));

        assertThat(refused.httpStatus()).isEqualTo(101);
        assertThat(refused).hasMessageContaining("expected one of [v5.channel.k8s.io, v4.channel.k8s.io]");
    }

    @Test
    void a101MustAnswerTheKey() throws Exception {
        assertThat(refusal(peer -> peer.accept("Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n", false)))
                .hasMessageContaining("Sec-WebSocket-Accept");
    }

    @Test
    void a101MustNotSelectAnExtension() throws Exception {
        assertThat(refusal(peer -> peer.accept(
                        "Sec-WebSocket-Protocol: v5.channel.k8s.io\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",
                        true)))
                .hasMessageContaining("permessage-deflate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SSH-2.0-OpenSSH_9.6\r\n", "\u0015\u0003\u0001\u0000\u0002\u0002\u0016", "HTTP/1.1 what\r\n\r\n"
            })
    void anAnswerThatIsNoHttpIsToldAtOnce(String garbage) throws Exception {
        HandshakeException refused = refusal(peer -> {
            peer.send(garbage);
            peer.socket().getInputStream().readAllBytes();
        });

        assertThat(refused.httpStatus()).isZero();
        assertThat(refused).message().containsAnyOf("not HTTP/1.1", "speaks TLS");
    }

    @Test
    void anAnswerThatCameBeforeTheRequestWasTakenIsHeard() throws Exception {
        HandshakeException refused = refusal(
                peer -> {
                    peer.send("HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\n\r\n");
                    peer.socket().shutdownInput();
                },
                "x".repeat(8 << 20));

        assertThat(refused.httpStatus()).isEqualTo(431);
    }

    @Test
    void aHeadWithoutEndIsBounded() throws Exception {
        HandshakeException refused = refusal(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 101 Switching Protocols\r\nX: " + "x".repeat(70_000));
            peer.socket().getInputStream().readAllBytes();
        });

        assertThat(refused).hasMessageContaining("longer than 65536 bytes");
    }

    @Test
    void anEndInsteadOfAnAnswerIsALostConnection() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(ScriptedServer.Peer::readRequest);
                WsStreamClient client = server.client()) {
            assertThat(catchThrowableOfType(
                            ConnectionLostException.class,
                            () -> client.pod("p").command("c").run()))
                    .hasMessageContaining("before it answered");
        }
    }

    @Test
    void theBoundCoversTcp() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1)) {
            // Nobody accepts: the kernel takes the backlog, then drops each SYN.
            List<java.net.Socket> filler = new java.util.ArrayList<>();
            for (int i = 0; i < 3; i++) {
                java.net.Socket socket = new java.net.Socket();
                filler.add(socket);
                try {
                    socket.connect(full.getLocalSocketAddress(), 50);
                } catch (java.net.SocketTimeoutException enough) {
                    break;
                }
            }

            WsTimeoutException late = late("http://127.0.0.1:" + full.getLocalPort());

            assertThat(late).message().containsAnyOf("connecting", "waiting for the answer");
            for (java.net.Socket socket : filler) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void theBoundCoversTlsAndHttp(String scheme) throws Exception {
        try (ScriptedServer server =
                ScriptedServer.playing(peer -> peer.socket().getInputStream().readAllBytes())) {
            WsTimeoutException late = late(scheme + "://127.0.0.1:" + server.port());

            assertThat(late)
                    .hasMessageContaining(scheme.equals("http") ? "waiting for the answer" : "the TLS handshake")
                    .hasMessageContaining("within 300 ms");
            assertThat(late.bound()).isEqualTo(SHORT);
        }
    }

    @Test
    void nobodyListeningIsSaidSo() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }
        WsStreamException failed = catchThrowableOfType(WsStreamException.class, () -> run("http://127.0.0.1:" + port));

        assertThat(failed).hasMessage("cannot connect to 127.0.0.1:" + port + ": Connection refused");
    }

    @Test
    void anInterruptEndsTheWaitAndTheConnection() throws Exception {
        CompletableFuture<Integer> seen = new CompletableFuture<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.readRequest();
                    asked.complete(null);
                    seen.complete(peer.socket().getInputStream().read());
                });
                WsStreamClient client = server.client()) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    client.pod("p").command("c").run();
                } catch (Throwable thrown) {
                    failure.set(thrown);
                }
            });
            caller.start();
            asked.get(30, TimeUnit.SECONDS);
            caller.interrupt();
            caller.join();

            assertThat(failure.get()).isInstanceOf(InterruptedException.class);
            assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
        }
    }

    // ---------------------------------------------------------------- through a proxy

    @Test
    void aProxyIsAskedToConnectAndThenTheServerIsBehindIt() throws Exception {
        CompletableFuture<String> connect = new CompletableFuture<>();
        try (ScriptedServer proxy = ScriptedServer.playing(peer -> {
                    connect.complete(peer.readRequest());
                    peer.send("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n");
                    peer.accept("v5.channel.k8s.io");
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                });
                WsStreamClient client = WsStreamClient.of(through(proxy, "user:p%40ss@"))) {
            assertThat(client.pod("p").command("c").run().isSuccess()).isTrue();

            assertThat(connect.get(30, TimeUnit.SECONDS))
                    .isEqualTo(String.join(
                            "\r\n",
                            "CONNECT api.invalid:8080 HTTP/1.1",
                            "Host: api.invalid:8080",
                            "User-Agent: wsstream",
                            "Proxy-Authorization: Basic dXNlcjpwQHNz",
                            "",
                            ""));
            assertThat(proxy.request())
                    .startsWith("GET /api/v1/namespaces/default/pods/p/exec?")
                    .containsIgnoringCase("\r\nHost: api.invalid:8080\r\n")
                    .doesNotContain("Proxy-");
        }
    }

    @Test
    void aProxyThatRefusesIsNamedAndItsRefusalIsNotTheServers() throws Exception {
        HandshakeException refused = refusalOfProxy(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
        });

        assertThat(refused.httpStatus()).isZero();
        assertThat(refused)
                .hasMessageContaining("refused to connect to api.invalid:8080: 407 Proxy Authentication Required")
                .hasMessageContaining("put USER:PASSWORD@ into the URL of the proxy");
    }

    @Test
    void aProxyThatIsNoneIsToldAtOnce() throws Exception {
        assertThat(refusalOfProxy(peer -> {
                    peer.send("SSH-2.0-OpenSSH_9.6\r\n");
                    peer.socket().getInputStream().readAllBytes();
                }))
                .hasMessageContaining("the answer of the proxy 127.0.0.1:")
                .hasMessageContaining("is this the port of an HTTP proxy?");
    }

    @Test
    void bytesThatAProxyAddsAreNotTakenForTheServers() throws Exception {
        assertThat(refusalOfProxy(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n");
                }))
                .hasMessageContaining("sent bytes of its own");
    }

    @Test
    void theBoundCoversTheProxy() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.playing(
                        peer -> peer.socket().getInputStream().readAllBytes());
                WsStreamClient client = WsStreamClient.of(
                        through(proxy, ""), ClientSettings.defaults().withHandshakeBound(SHORT))) {
            assertThat(catchThrowableOfType(
                            WsTimeoutException.class,
                            () -> client.pod("p").command("c").run()))
                    .hasMessageContaining("the proxy's answer to CONNECT");
        }
    }

    @Test
    void nobodyListeningAtTheProxyIsSaidSo() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }
        ClusterAccess access = ClusterAccess.url(URI.create("http://api.invalid"))
                .proxy(URI.create("http://user:s3cret@127.0.0.1:" + port));
        try (WsStreamClient client = WsStreamClient.of(access)) {
            assertThat(catchThrowableOfType(
                            WsStreamException.class,
                            () -> client.pod("p").command("c").run()))
                    .hasMessage("cannot connect to the proxy 127.0.0.1:" + port + ": Connection refused");
        }
    }

    private static ClusterAccess through(ScriptedServer proxy, String user) throws Exception {
        return ClusterAccess.url(URI.create("http://api.invalid:8080"))
                .proxy(URI.create("http://" + user + "127.0.0.1:" + proxy.port()));
    }

    private static HandshakeException refusalOfProxy(Script script) throws Exception {
        try (ScriptedServer proxy = ScriptedServer.playing(script);
                WsStreamClient client = WsStreamClient.of(through(proxy, ""))) {
            HandshakeException refused = catchThrowableOfType(
                    HandshakeException.class, () -> client.pod("p").command("c").run());
            assertThat(refused).isNotNull();
            return refused;
        }
    }

    // ---------------------------------------------------------------- the request

    @Test
    void aRefusedTokenIsReadAgainOnceFromItsFile() throws Exception {
        List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
        Path file = Files.writeString(folder.resolve("token"), "stale");
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    seen.add(peer.readRequest().replaceFirst("(?si).*Authorization: (\\S+ \\S+).*", "$1"));
                    if (seen.size() == 1) {
                        Files.writeString(file, "fresh");
                    }
                    peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
                });
                WsStreamClient client = WsStreamClient.of(server.access().tokenFile(file))) {
            HandshakeException refused = catchThrowableOfType(
                    HandshakeException.class, () -> client.pod("p").command("c").run());

            assertThat(refused.httpStatus()).isEqualTo(401);
            assertThat(seen).containsExactly("Bearer stale", "Bearer fresh");
        }
    }

    @Test
    void theRequestSaysAllItMeans() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept("v5.channel.k8s.io");
                    peer.success();
                    peer.closeFrame(1000);
                });
                WsStreamClient client = WsStreamClient.of(server.access().token("s3cret"))) {
            client.pod("n s", "p")
                    .container("c")
                    .command("sh", "-c", "a b+\u00fc&\n", "")
                    .run();

            assertThat(server.request())
                    .startsWith(
                            "GET /api/v1/namespaces/n%20s/pods/p/exec?command=sh&command=-c&command=a%20b%2B%C3%BC%26%0A"
                                    + "&command=&container=c&stdin=false&stdout=true&stderr=true&tty=false HTTP/1.1\r\n")
                    .containsIgnoringCase("\r\nAuthorization: Bearer s3cret\r\n")
                    .containsIgnoringCase("\r\nSec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io\r\n")
                    .containsIgnoringCase("\r\nHost: 127.0.0.1:" + server.port() + "\r\n")
                    .doesNotContainIgnoringCase("\r\nOrigin:")
                    .doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
        }
    }

    private static HandshakeException refusal(Script script) throws Exception {
        return refusal(script, "c");
    }

    private static HandshakeException refusal(Script script, String command) throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(script);
                WsStreamClient client = server.client()) {
            HandshakeException refused = catchThrowableOfType(
                    HandshakeException.class,
                    () -> client.pod("p").command(command).run());
            assertThat(refused).isNotNull();
            return refused;
        }
    }

    private static WsTimeoutException late(String url) {
        long begun = System.nanoTime();
        WsTimeoutException late = catchThrowableOfType(WsTimeoutException.class, () -> run(url));
        assertThat(late).isNotNull();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(SHORT, Duration.ofSeconds(20));
        return late;
    }

    private static void run(String url) throws Exception {
        var access = ClusterAccess.url(URI.create(url));
        try (WsStreamClient client =
                WsStreamClient.of(access, ClientSettings.defaults().withHandshakeBound(SHORT))) {
            client.pod("p").command("c").run();
        }
    }
}
