package io.wsstream.server.rest;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wsstream.core.conn.ChannelProtocolConfig;
import io.wsstream.core.conn.ChannelType;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.server.Authenticator;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WebSocketEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;

/** Every request, whatever stands in its head, is answered or upgraded; none is a fault of the server's. */
@Tag("fuzz")
class KubernetesSurfaceFuzzTest {
    private static final String[] TARGETS = {
        "/api/v1/namespaces/default/pods/one/exec?", "/exec/default/one/main?", "/echo?", "/api/v1/pods?", "/"
    };
    private static final String[] HEADERS = {
        "Host",
        "Authorization",
        "Origin",
        "Upgrade",
        "Connection",
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Version",
        "Sec-WebSocket-Protocol",
        "Accept"
    };

    /** What headers are made of; a key of the right length is not found by chance. */
    private static final String[] PHRASES = {
        "websocket",
        "Upgrade",
        "SPDY/3.1",
        "13",
        ",",
        " ",
        "dGhlIHNhbXBsZSBub25jZQ==",
        "twenty-four, not base64!",
        "v5.channel.k8s.io",
        "base64url.bearer.authorization.k8s.io.",
        "SGVsbG8",
        "Bearer ",
        "localhost",
        "http://",
        "[::1]",
        ":",
        "application/json;as=Table"
    };

    private static final KubernetesSurface SURFACE = KubernetesSurface.builder(
                    Authenticator.bearer(Ask.TOKEN), PodCatalog.of(Pod.of("one", "main")))
            .kubeletPaths(true)
            .endpoints(Map.of(
                    "/echo",
                    WebSocketEndpoint.channels(
                            ChannelProtocolConfig.defaults(List.of(ChannelType.READ_WRITE)), (request, conn) -> {})))
            .build();

    private static String value(FuzzedDataProvider data) {
        StringBuilder value = new StringBuilder();
        for (int i = data.consumeInt(1, 3); i > 0; i--) {
            value.append(data.consumeBoolean() ? data.pickValue(PHRASES) : data.consumeString(12));
        }
        return value.toString();
    }

    @FuzzTest(maxDuration = "3s")
    void everyRequestIsAnsweredOrUpgraded(FuzzedDataProvider data) throws Exception {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("Host", List.of("localhost"));
        headers.put("Authorization", List.of("Bearer " + Ask.TOKEN));
        headers.put("Upgrade", List.of("websocket"));
        headers.put("Connection", List.of("Upgrade"));
        headers.put("Sec-WebSocket-Key", List.of("dGhlIHNhbXBsZSBub25jZQ=="));
        headers.put("Sec-WebSocket-Version", List.of("13"));
        headers.put("Sec-WebSocket-Protocol", List.of("v5.channel.k8s.io"));
        for (int i = data.consumeInt(0, 3); i > 0; i--) {
            headers.put(data.pickValue(HEADERS), List.of(value(data)));
        }
        String method =
                data.consumeInt(0, 5) == 0 ? data.consumeString(10) : data.pickValue(new String[] {"GET", "POST"});
        String target = data.consumeBoolean()
                ? data.pickValue(TARGETS) + "command=id&stdout=1&" + data.consumeRemainingAsString()
                : data.consumeRemainingAsString();

        CompletableFuture<HttpDecision> decision = SURFACE.decide(new HttpRequest(
                        method,
                        target,
                        headers,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000),
                        true,
                        List.of()))
                .toCompletableFuture();

        if (!decision.isDone() || decision.isCompletedExceptionally()) {
            throw new AssertionError("not decided");
        }
        if (decision.join() instanceof HttpDecision.Answer answer) {
            if (answer.status() == 500 || answer.status() < 200) {
                throw new AssertionError("answered " + answer.status());
            }
            if (answer.status() >= 400 && StatusCodec.parse(answer.body()).code() != answer.status()) {
                throw new AssertionError("the body says otherwise than " + answer.status());
            }
        }
    }
}
