package io.wsstream.conformance.matrix;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.GoServer;
import io.wsstream.conformance.peers.GoServer.Kind;
import io.wsstream.core.conn.Conn;
import io.wsstream.core.conn.ForwardedPorts;
import io.wsstream.server.WebSocketEndpoint;
import io.wsstream.server.WsStreamServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The framing of classic port forwarding, PROTOCOL.md 8.1: to the same client, Kubernetes' server and an endpoint made of
 * {@link ForwardedPorts} say the same, message by message. One port is open, the other is not.
 */
@Timeout(60)
class PortFramingIT {
    private static final int SAID_BYTES = 5;

    @ParameterizedTest
    @CsvSource({
        "CRI_1_35, v4.channel.k8s.io",
        "CRI_1_35, v4.base64.channel.k8s.io",
        "CRI, v4.channel.k8s.io",
        "CRI, v4.base64.channel.k8s.io",
    })
    void anEndpointOfOursSaysWhatKubernetesSays(Kind kind, String subprotocol) throws Exception {
        try (ServerSocket target = new ServerSocket(0, 2, InetAddress.getLoopbackAddress());
                GoServer theirs = GoServer.start(kind)) {
            ForwardedPorts ports = new ForwardedPorts(List.of(target.getLocalPort(), closedPort()));
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> echoTwice(target));
            List<String> theirWords = talk(
                    theirs.url(),
                    "/api/v1/namespaces/default/pods/p/portforward?ports=%d&ports=%d"
                            .formatted(ports.ports().get(0), ports.ports().get(1)),
                    "",
                    subprotocol);
            List<String> ourWords;
            try (WsStreamServer ours = WsStreamServer.builder()
                    .plainHttp()
                    .endpoint(
                            "/forward",
                            WebSocketEndpoint.channels(ports.protocols(), (request, conn) -> forward(ports, conn)))
                    .start()) {
                ourWords = talk(ours.uri(), "/forward", String.valueOf(ours.token()), subprotocol);
            }
            served.get(10, TimeUnit.SECONDS);

            String open =
                    HexFormat.of().formatHex(ForwardedPorts.header(ports.ports().get(0)));
            String closed =
                    HexFormat.of().formatHex(ForwardedPorts.header(ports.ports().get(1)));
            assertThat(theirWords)
                    .containsExactly(
                            "0 " + open,
                            "1 " + open,
                            "2 " + closed,
                            "3 " + closed,
                            "3 error forwarding port " + ports.ports().get(1) + " to pod default/p, uid : (why)",
                            "0 hello",
                            "close 1000");
            assertThat(ourWords).isEqualTo(theirWords);
        }
    }

    /** What a server does: the second port fails, the first carries bytes until its target ends. */
    private static void forward(ForwardedPorts ports, Conn conn) throws IOException {
        ports.announce(conn);
        for (int index = 1; index >= 0; index--) {
            try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), ports.ports().get(index))) {
                InputStream fromClient =
                        conn.channel(ForwardedPorts.dataChannel(index)).input();
                OutputStream toTarget = socket.getOutputStream();
                toTarget.write(fromClient.readNBytes(SAID_BYTES));
                socket.getInputStream()
                        .transferTo(
                                conn.channel(ForwardedPorts.dataChannel(index)).output());
            } catch (IOException refused) {
                String text =
                        ForwardedPorts.failure(ports.ports().get(index), "default/p", "", String.valueOf(refused));
                conn.channel(ForwardedPorts.errorChannel(index)).send(ByteBuffer.wrap(text.getBytes(US_ASCII)));
            }
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return gone.getLocalPort();
        }
    }

    private static void echoTwice(ServerSocket target) {
        for (int i = 0; i < 2; i++) {
            try (Socket socket = target.accept()) {
                socket.getOutputStream().write(socket.getInputStream().readNBytes(SAID_BYTES));
            } catch (IOException failed) {
                throw new AssertionError("the target of the port-forward", failed);
            }
        }
    }

    /** Says hello on channel 0 once the closed port is known to be closed, and returns all that was heard. */
    private static List<String> talk(URI server, String path, String token, String subprotocol) throws Exception {
        Heard heard = new Heard();
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
        if (!token.isEmpty()) {
            builder.header("Authorization", "Bearer " + token);
        }
        URI url = URI.create(server.toString().replaceFirst("^http", "ws") + path);
        WebSocket socket = builder.subprotocols(subprotocol)
                .connectTimeout(Duration.ofSeconds(10))
                .buildAsync(url, heard)
                .get(20, TimeUnit.SECONDS);
        heard.refused.get(20, TimeUnit.SECONDS);
        if (subprotocol.contains("base64")) {
            socket.sendText("0" + Base64.getEncoder().encodeToString("hello".getBytes(US_ASCII)), true)
                    .get(10, TimeUnit.SECONDS);
        } else {
            socket.sendBinary(ByteBuffer.wrap("\0hello".getBytes(US_ASCII)), true)
                    .get(10, TimeUnit.SECONDS);
        }
        heard.closed.get(20, TimeUnit.SECONDS);
        return heard.words;
    }

    /** Each message as its channel, and two bytes in hex or a text; the reason of an error is each server's own. */
    private static final class Heard implements WebSocket.Listener {
        // owner: the client's callbacks, one at a time; read once closed is complete
        private final List<String> words = new ArrayList<>();
        private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
        private final StringBuilder text = new StringBuilder();

        private final CompletableFuture<Void> refused = new CompletableFuture<>();
        private final CompletableFuture<Void> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            while (data.hasRemaining()) {
                binary.write(data.get());
            }
            if (last) {
                byte[] message = binary.toByteArray();
                binary.reset();
                hear(message[0], new String(message, 1, message.length - 1, ISO_8859_1));
            }
            return WebSocket.Listener.super.onBinary(socket, data, last);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                hear(text.charAt(0) - '0', new String(Base64.getDecoder().decode(text.substring(1)), ISO_8859_1));
                text.setLength(0);
            }
            return WebSocket.Listener.super.onText(socket, data, last);
        }

        private void hear(int channel, String payload) {
            String shown = payload.length() == 2
                    ? HexFormat.of().formatHex(payload.getBytes(ISO_8859_1))
                    : payload.replaceFirst("uid : .+", "uid : (why)");
            words.add(channel + " " + shown);
            if (payload.startsWith("error")) {
                refused.complete(null);
            }
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            words.add("close " + code);
            closed.complete(null);
            return WebSocket.Listener.super.onClose(socket, code, reason);
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            refused.completeExceptionally(failure);
            closed.completeExceptionally(failure);
        }
    }
}
