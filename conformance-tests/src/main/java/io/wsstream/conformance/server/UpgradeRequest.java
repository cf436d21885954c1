package io.wsstream.conformance.server;

import io.wsstream.conformance.Dialect;
import io.wsstream.conformance.Node;
import io.wsstream.conformance.Payload;
import io.wsstream.conformance.Streams;
import io.wsstream.conformance.wire.Handshake;
import io.wsstream.conformance.wire.Wire;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A request to upgrade, as the rules want it but for what a case changes. */
final class UpgradeRequest {
    private final String method;
    private final String target;
    private final String version;
    private final Map<String, List<String>> headers = new LinkedHashMap<>();
    private byte[] early = {};
    private List<Integer> cuts = List.of();
    private int length = Integer.MAX_VALUE;

    private UpgradeRequest(String method, String target, String version) {
        this.method = method;
        this.target = target;
        this.version = version;
    }

    /** {@return the request that finds out whether the server speaks a subprotocol} */
    static UpgradeRequest probe(ServerUnderTest server, Dialect dialect, String endpoint, String query) {
        UpgradeRequest request = new UpgradeRequest("GET", server.path(endpoint) + "?" + query, "HTTP/1.1");
        request.usualHeaders(server, dialect);
        return request;
    }

    /** {@return the request of a case} */
    static UpgradeRequest of(
            ServerUnderTest server, Dialect dialect, Streams streams, List<String> argv, @Nullable Node changes) {
        String query = argv.stream()
                        .map(word -> "command=" + URLEncoder.encode(word, StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"))
                + "&" + streams.query();
        if (changes == null) {
            return probe(server, dialect, "exec", query);
        }
        changes.only(
                "method",
                "endpoint",
                "path",
                "query",
                "version",
                "headers",
                "protocols",
                "token",
                "early",
                "cut",
                "truncate",
                "pod");
        Node replaced = changes.get("query");
        Node endpoint = changes.get("endpoint");
        Node path = changes.get("path");
        Node pod = changes.get("pod");
        String usual = server.path(text(endpoint, "exec"));
        UpgradeRequest request = new UpgradeRequest(
                text(changes.get("method"), "GET"),
                (path != null ? path.text() : pod == null ? usual : ofPod(pod.text(), usual)) + "?"
                        + (replaced == null ? query : new String(Payload.of(replaced), StandardCharsets.UTF_8)),
                text(changes.get("version"), "HTTP/1.1"));
        request.usualHeaders(server, dialect);
        Node token = changes.get("token");
        if (token != null || changes.isNothing("token")) {
            request.set("Authorization", token == null ? null : List.of("Bearer " + token.text()));
        }
        Node protocols = changes.get("protocols");
        if (protocols != null || changes.isNothing("protocols")) {
            request.set(
                    "Sec-WebSocket-Protocol",
                    protocols == null
                            ? null
                            : lines(protocols).stream()
                                    .map(line -> withToken(line, server))
                                    .toList());
        }
        Node headers = changes.get("headers");
        if (headers != null) {
            for (String name : headers.keys()) {
                request.set(name, headers.isNothing(name) ? null : lines(headers.need(name)));
            }
        }
        Node early = changes.get("early");
        if (early != null) {
            request.early = Payload.of(early);
        }
        Node truncate = changes.get("truncate");
        if (truncate != null) {
            request.length = truncate.number();
        }
        Node cut = changes.get("cut");
        if (cut != null) {
            request.cuts = cut.list().stream().map(Node::number).toList();
        }
        return request;
    }

    /** {@return the path with another pod in its place, the last segment but one} */
    private static String ofPod(String pod, String path) {
        return path.replaceFirst("[^/]+/([^/]+)$", pod + "/$1");
    }

    private static String withToken(String line, ServerUnderTest server) {
        String token = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(server.token().orElse("").getBytes(StandardCharsets.UTF_8));
        return line.replace("{token}", token);
    }

    private static String text(@Nullable Node node, String otherwise) {
        return node == null ? otherwise : node.text();
    }

    private static List<String> lines(Node node) {
        return node.list().stream().map(Node::text).toList();
    }

    private void usualHeaders(ServerUnderTest server, Dialect dialect) {
        set("Host", List.of(server.authority()));
        set("Upgrade", List.of("websocket"));
        set("Connection", List.of("Upgrade"));
        set("Sec-WebSocket-Key", List.of(Handshake.newKey()));
        set("Sec-WebSocket-Version", List.of("13"));
        set("Sec-WebSocket-Protocol", dialect.wireName().isEmpty() ? null : List.of(dialect.wireName()));
        server.token().ifPresent(token -> set("Authorization", List.of("Bearer " + token)));
    }

    private void set(String name, @Nullable List<String> values) {
        if (values == null) {
            headers.remove(name);
        } else {
            headers.put(name, values);
        }
    }

    /** {@return the key as it is sent} */
    String key() {
        return headers.getOrDefault("Sec-WebSocket-Key", List.of("")).get(0);
    }

    byte[] bytes() {
        StringBuilder head = new StringBuilder(method + " " + target + " " + version + "\r\n");
        headers.forEach((name, values) -> values.forEach(
                value -> head.append(name).append(": ").append(value).append("\r\n")));
        byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(bytes, bytes.length + early.length);
        System.arraycopy(early, 0, all, bytes.length, early.length);
        return all;
    }

    /** Sends it, in one piece or cut where the case says, a moment apart. */
    void send(Wire wire) throws InterruptedException {
        byte[] all = Arrays.copyOf(bytes(), Math.min(bytes().length, length));
        int from = 0;
        for (int cut : cuts) {
            int to = Math.min(all.length, from + cut);
            wire.send(Arrays.copyOfRange(all, from, to));
            wire.idle(Duration.ofMillis(50));
            from = to;
        }
        wire.send(Arrays.copyOfRange(all, from, all.length));
    }

    /** {@return the request line and the headers, without the token} */
    @Override
    public String toString() {
        return method + " " + target + " " + version
                + headers.entrySet().stream()
                        .filter(header -> !header.getKey().equals("Authorization"))
                        .map(header -> header.getKey() + ": " + String.join(" | ", header.getValue()))
                        .collect(Collectors.joining("; ", "; ", ""));
    }
}
