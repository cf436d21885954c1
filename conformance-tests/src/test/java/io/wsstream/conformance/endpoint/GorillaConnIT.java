package io.wsstream.conformance.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.Peer;
import io.wsstream.conformance.peers.PeerResult;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.conn.ChannelProtocolConfig;
import io.wsstream.core.conn.ChannelType;
import io.wsstream.core.conn.Conn;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.server.EndpointRequest;
import io.wsstream.server.WebSocketEndpoint;
import io.wsstream.server.WsStreamServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An exec made of nothing but a Conn, as Kubernetes makes its own, for a client of others that speaks v5. */
@Timeout(180)
class GorillaConnIT {
    private static final int BYTES = 16 << 20;

    private static final WebSocketEndpoint EXEC = WebSocketEndpoint.channels(
            Map.of(
                    "v5.channel.k8s.io",
                    new ChannelProtocolConfig(
                            true,
                            List.of(
                                    ChannelType.READ,
                                    ChannelType.WRITE,
                                    ChannelType.WRITE,
                                    ChannelType.WRITE,
                                    ChannelType.READ))),
            GorillaConnIT::serve);

    private static void serve(EndpointRequest request, Conn conn) throws IOException {
        conn.channel(1).send(ByteBuffer.allocate(0)); // says that it is ready
        InputStream stdin = conn.channel(0).input();
        OutputStream stdout = conn.channel(1).output();
        switch (request.parameter("do").orElse("")) {
            case "source" -> stdout.write(new byte[BYTES]);
            case "sink" -> stdout.write((stdin.transferTo(OutputStream.nullOutputStream()) + "\n").getBytes(US_ASCII));
            default -> stdin.transferTo(stdout);
        }
        byte[] status = StatusCodec.encode(Subprotocol.V5, Status.success());
        conn.channel(3).send(ByteBuffer.wrap(status));
    }

    @ParameterizedTest
    @CsvSource({
        "false, source, ''",
        "true,  source, ''",
        "false, sink,   -bytes 16777216",
        "true,  sink,   -bytes 16777216",
        "false, echo,   -rounds 200 -warmup 10",
        "true,  echo,   -rounds 200 -warmup 10",
    })
    void carriesEveryByteHalfClosesAndEndsWellForGorilla(boolean tls, String what, String flags) throws Exception {
        WsStreamServer.Builder builder = WsStreamServer.builder().endpoint("/exec-by-hand", EXEC);
        try (WsStreamServer server = (tls ? builder : builder.plainHttp()).start()) {
            List<String> command = new ArrayList<>(List.of(
                    "k8s-" + what,
                    "-url",
                    server.uri().toString().replaceFirst("^http", "ws") + "/exec-by-hand?do=" + what,
                    "-token",
                    String.valueOf(server.token())));
            if (!flags.isEmpty()) {
                command.addAll(List.of(flags.split(" ", -1)));
            }

            PeerResult result =
                    Peer.GORILLA.command(command.toArray(String[]::new)).run(Duration.ofSeconds(90));

            assertThat(result.exitCode()).as(result.toString()).isZero();
            assertThat(result.out()).contains("\"status\":\"Success\"", "\"closeCode\":1000");
            if (what.equals("source")) {
                assertThat(result.out()).contains("\"bytes\":" + BYTES + ",");
            }
        }
    }
}
