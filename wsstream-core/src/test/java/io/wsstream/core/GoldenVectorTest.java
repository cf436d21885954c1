package io.wsstream.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.conn.Conn;
import io.wsstream.core.conn.ForwardedPorts;
import io.wsstream.core.status.Status;
import io.wsstream.core.stream.ClientExec;
import io.wsstream.core.stream.ServerExec;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.FakeTransport;
import io.wsstream.core.testing.MemoryLink;
import io.wsstream.core.websocket.Role;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** What our two sides really put on the wire, against the bytes of PROTOCOL.md 18. */
class GoldenVectorTest {
    private static final ServerExec.Streams PIPES = new ServerExec.Streams(true, true, true, false);

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/golden.csv", numLinesToSkip = 1)
    void conformsToVector(String id, String section, String what, String expectation) {
        String produced = produce(id);

        assertThat(produced).as("%s, PROTOCOL.md %s: %s", id, section, what).isEqualTo(expectation);
    }

    private static String produce(String id) {
        return switch (id) {
            case "18-stdin-raw" -> client(Subprotocol.V4, exec -> exec.sendStdin(utf8("foo\n"), 0));
            case "18-stdin-base64" -> client(Subprotocol.V4_BASE64, exec -> exec.sendStdin(utf8("foo\n"), 0));
            case "18-stdout-base64" ->
                server(Subprotocol.V4_BASE64, 1, exec -> exec.sendOutput(Channel.STDOUT, utf8("\n"), 0, null));
            case "18-open-stdout-raw", "18-cat-1" -> server(Subprotocol.V5, 0, exec -> {});
            case "18-open-stdout-base64" -> server(Subprotocol.V4_BASE64, 0, exec -> {});
            case "18-open-stderr-raw" -> opening(new ServerExec.Streams(true, false, true, false));
            case "18-open-error-raw" -> opening(new ServerExec.Streams(true, false, false, false));
            case "18-close-stdin", "18-cat-4" -> client(Subprotocol.V5, ClientExec::closeStdin);
            case "18-resize-raw" ->
                client(Subprotocol.V4, exec -> exec.resize(new TerminalSize(80, 24), Channel.RESIZE));
            case "18-resize-base64" ->
                client(Subprotocol.V4_BASE64, exec -> exec.resize(new TerminalSize(80, 24), Channel.RESIZE));
            case "18-success-raw" -> server(Subprotocol.V4, 1, exec -> exec.finish(Status.success()));
            case "18-cat-5" -> server(Subprotocol.V5, 1, exec -> exec.finish(Status.success()));
            case "18-success-base64" -> server(Subprotocol.V4_BASE64, 1, exec -> exec.finish(Status.success()));
            case "18-server-close", "18-cat-6" -> serverClose();
            case "18-client-ping" -> clientPing();
            case "18-cat-2" -> client(Subprotocol.V5, exec -> exec.sendStdin(utf8("hi"), 0));
            case "18-cat-3" -> server(Subprotocol.V5, 1, exec -> exec.sendOutput(Channel.STDOUT, utf8("hi"), 0, null));
            case "18-cat-7" -> clientsAnswerToClose();
            case "18-port-data-raw" -> port("v4.channel.k8s.io", 0);
            case "18-port-error-raw" -> port("v4.channel.k8s.io", 1);
            case "18-port-data-base64" -> port("v4.base64.channel.k8s.io", 0);
            case "18-port-error-base64" -> port("v4.base64.channel.k8s.io", 1);
            case "18-accept" -> accept();
            default -> "no producer for " + id;
        };
    }

    private interface Step<T> {
        void on(T exec);
    }

    private static String client(Subprotocol subprotocol, Step<ClientExec> step) {
        FakeTransport transport = new FakeTransport();
        ClientExec exec = new ClientExec(transport, subprotocol, 1000);
        exec.start(result -> {});

        step.on(exec);

        return transport.sent.get(0);
    }

    private static String server(Subprotocol subprotocol, int index, Step<ServerExec> step) {
        FakeTransport transport = new FakeTransport();
        ServerExec exec = new ServerExec(transport, subprotocol, PIPES);
        exec.start(new Deaf());

        step.on(exec);

        return transport.sent.get(index);
    }

    private static String opening(ServerExec.Streams streams) {
        FakeTransport transport = new FakeTransport();
        new ServerExec(transport, Subprotocol.V4, streams).start(new Deaf());
        return transport.sent.get(0);
    }

    private static String serverClose() {
        MemoryLink link = new MemoryLink();
        ServerExec exec = new ServerExec(
                new WebSocketTransport(Role.SERVER, link, WebSocketSettings.server()), Subprotocol.V5, PIPES);
        exec.start(new Deaf());
        exec.finish(Status.success());
        link.takeOne();
        link.takeOne();
        return "frame " + Bytes.toHex(link.takeAll());
    }

    /** Masks are random; with the key and the masked payload undone the frame is the golden one. */
    private static String clientPing() {
        MemoryLink link = new MemoryLink();
        WebSocketTransport client = new WebSocketTransport(Role.CLIENT, link, WebSocketSettings.client());
        client.tick(0);
        client.tick(WebSocketSettings.client().pingEvery().toNanos());
        byte[] frame = link.takeAll();
        java.util.Arrays.fill(frame, 2, frame.length, (byte) 0);
        return "frame " + Bytes.toHex(frame);
    }

    private static String clientsAnswerToClose() {
        MemoryLink link = new MemoryLink();
        WebSocketTransport client = new WebSocketTransport(Role.CLIENT, link, WebSocketSettings.client());
        new ClientExec(client, Subprotocol.V5, 1000).start(result -> {});
        client.receive(Bytes.hex("880203e8"));
        byte[] frame = link.takeAll();
        int high = (frame[6] ^ frame[2]) & 0xFF;
        int low = (frame[7] ^ frame[3]) & 0xFF;
        return "close " + (high << 8 | low);
    }

    private static String port(String name, int index) {
        FakeTransport transport = new FakeTransport();
        ForwardedPorts ports = new ForwardedPorts(List.of(80));
        ports.announce(new Conn(
                transport,
                Role.SERVER,
                name,
                Objects.requireNonNull(ports.protocols().get(name))));
        return transport.sent.get(index);
    }

    private static String accept() {
        try {
            byte[] sha1 = java.security.MessageDigest.getInstance("SHA-1")
                    .digest("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
                            .getBytes(StandardCharsets.US_ASCII));
            return "text " + java.util.Base64.getEncoder().encodeToString(sha1);
        } catch (java.security.NoSuchAlgorithmException impossible) {
            return Objects.toString(impossible);
        }
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Deaf implements ServerExec.Listener {
        @Override
        public void onResize(TerminalSize size) {}

        @Override
        public void onPeerGone(String why) {}

        @Override
        public void onEnd(@Nullable WsStreamException failure) {}
    }
}
