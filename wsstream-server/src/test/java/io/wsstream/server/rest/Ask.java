package io.wsstream.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.server.exec.ExecRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Builds one request and puts it to a surface. Starts as a proper WebSocket request for v5 with the right token. */
final class Ask {
    static final String TOKEN = "s3cret";
    static final String EXEC = "/api/v1/namespaces/default/pods/one/exec";
    static final String EXEC_OK = EXEC + "?stdout=true&command=id";

    private final String method;
    private final String target;
    private final Map<String, List<String>> headers = new LinkedHashMap<>();
    private boolean secure = true;

    private Ask(String method, String target) {
        this.method = method;
        this.target = target;
        with("Host", "localhost:8443");
        with("Authorization", "Bearer " + TOKEN);
    }

    static Ask plain(String method, String target) {
        return new Ask(method, target);
    }

    static Ask get(String target) {
        return plain("GET", target);
    }

    static Ask webSocket(String target) {
        return get(target)
                .with("Upgrade", "websocket")
                .with("Connection", "Upgrade")
                .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .with("Sec-WebSocket-Version", "13")
                .with("Sec-WebSocket-Protocol", "v5.channel.k8s.io");
    }

    static Ask spdy(String target) {
        return plain("POST", target)
                .with("Upgrade", "SPDY/3.1")
                .with("Connection", "Upgrade")
                .with("X-Stream-Protocol-Version", "v4.channel.k8s.io");
    }

    /** Replaces all lines of a header; no values remove it. */
    Ask with(String name, String... values) {
        headers.keySet().removeIf(name::equalsIgnoreCase);
        if (values.length > 0) {
            headers.put(name, new ArrayList<>(List.of(values)));
        }
        return this;
    }

    Ask withoutTls() {
        secure = false;
        return this;
    }

    HttpDecision of(KubernetesSurface surface) {
        HttpRequest request = new HttpRequest(
                method,
                target,
                headers,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000),
                secure,
                List.of());
        return surface.decide(request)
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    HttpDecision.Answer answerOf(KubernetesSurface surface) {
        HttpDecision decision = of(surface);
        assertThat(decision).isInstanceOf(HttpDecision.Answer.class);
        return (HttpDecision.Answer) decision;
    }

    String okOf(KubernetesSurface surface) {
        HttpDecision.Answer answer = answerOf(surface);
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.status()).as(body).isEqualTo(200);
        return body;
    }

    /** The refusal as {@code code Reason: message}. */
    String refusalOf(KubernetesSurface surface) throws Exception {
        HttpDecision.Answer answer = answerOf(surface);
        assertThat(answer.headers()).containsEntry("Content-Type", "application/json");
        Status status = StatusCodec.parse(answer.body());
        assertThat(status.status()).isEqualTo("Failure");
        assertThat(status.code()).isEqualTo(answer.status());
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .startsWith("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},")
                .doesNotContain(TOKEN)
                .hasSizeLessThan(1024);
        return status.code() + " " + status.reason() + ": " + status.message();
    }

    ExecRequest upgradeOf(KubernetesSurface surface) {
        HttpDecision decision = of(surface);
        assertThat(decision)
                .as(() -> decision instanceof HttpDecision.Answer answer
                        ? new String(answer.body(), StandardCharsets.UTF_8)
                        : "")
                .isInstanceOf(HttpDecision.ExecUpgrade.class);
        HttpDecision.ExecUpgrade upgrade = (HttpDecision.ExecUpgrade) decision;
        assertThat(upgrade.selectedSubprotocol())
                .isEqualTo(upgrade.request().subprotocol().wireName());
        return upgrade.request();
    }
}
