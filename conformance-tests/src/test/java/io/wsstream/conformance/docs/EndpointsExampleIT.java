package io.wsstream.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.Peer;
import io.wsstream.conformance.peers.PeerResult;
import io.wsstream.server.WsStreamServer;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of howto/endpoints.md as it stands there, with the clients of others. */
@Timeout(120)
class EndpointsExampleIT {
    private static final int LOG_BYTES = 3_000_000;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private URLClassLoader classes;

    @SuppressWarnings("NullAway.Init")
    private WsStreamServer server;

    private byte[] log = {};

    @BeforeEach
    void startTheExample() throws Exception {
        log = new byte[LOG_BYTES];
        new Random(3).nextBytes(log);
        Path file = Files.write(folder.resolve("log"), log);
        Example.named("Endpoints").compileInto(folder);
        classes = new URLClassLoader(
                new java.net.URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
        Method start = classes.loadClass("Endpoints").getDeclaredMethod("start", Path.class);
        start.setAccessible(true);
        server = (WsStreamServer) start.invoke(null, file);
    }

    @AfterEach
    void stopIt() throws Exception {
        server.close();
        classes.close();
    }

    private String url(String path) {
        return server.uri().toString().replaceFirst("^http", "ws") + path;
    }

    @Test
    void gorillaReadsTheLogToItsEnd() throws Exception {
        PeerResult result = Peer.GORILLA
                .command("client", "source", "-url", url("/log"), "-token", String.valueOf(server.token()), "-sha256")
                .run(Duration.ofSeconds(60));

        assertThat(result.exitCode()).as(result.toString()).isZero();
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(log));
        int messages = 1 + (LOG_BYTES + 2047) / 2048; // the empty one that comes first
        assertThat(result.out())
                .contains("\"bytes\":" + LOG_BYTES + ",", "\"frames\":" + messages + ",", digest, "\"closeCode\":1000");
    }

    @Test
    void theClientOfTheJdkGetsItsTextBackInCapitals() throws Exception {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + server.token())
                .subprotocols("base64.channel.k8s.io")
                .connectTimeout(Duration.ofSeconds(10))
                .buildAsync(URI.create(url("/upper")), new Said(said))
                .get(20, TimeUnit.SECONDS);

        socket.sendText("0aGk=", true).get(10, TimeUnit.SECONDS); // "hi"
        assertThat(said.poll(10, TimeUnit.SECONDS)).isEqualTo("1SA==");
        assertThat(said.poll(10, TimeUnit.SECONDS)).isEqualTo("1SQ==");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);

        assertThat(said.poll(10, TimeUnit.SECONDS)).isEqualTo("close 1000");
    }

    private record Said(BlockingQueue<String> phrases) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            phrases.add(text.toString());
            return WebSocket.Listener.super.onText(socket, text, last);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            phrases.add("close " + code);
            return WebSocket.Listener.super.onClose(socket, code, reason);
        }
    }
}
