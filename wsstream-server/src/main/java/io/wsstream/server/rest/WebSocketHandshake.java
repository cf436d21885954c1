package io.wsstream.server.rest;

import io.wsstream.core.Subprotocol;
import io.wsstream.core.conn.WebSocketRequest;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The rules of the opening handshake, in the order in which Go checks them.
 *
 * <p>Repeated headers are one comma list (RFC 9110 5.3), where Go looks at the first line only. The key must be 16 bytes
 * of base64, as RFC 6455 4.2.1 says, where Go takes anything.
 *
 * <p>Source: {@code golang.org/x/net/websocket/hybi.go}, {@code server.go}; RFC 6455 4.2; PROTOCOL.md 2, 3.
 */
final class WebSocketHandshake {
    private static final int KEY_CHARS = 24;
    private static final int KEY_BYTES = 16;

    private WebSocketHandshake() {}

    /** {@return whether the request asks for SPDY, as kubectl does after a refused WebSocket} */
    static boolean isSpdyRequested(HttpRequest request) {
        return request.listHas("upgrade", "SPDY/3.1");
    }

    /**
     * Checks a request on a path that is served by WebSocket only.
     *
     * @param offered the subprotocols that were offered, without a token entry
     * @param supported the names that the endpoint speaks; the empty one is for a client that offers none
     * @return the name that is selected
     * @throws Refusal by the first rule that is broken
     */
    static String check(HttpRequest request, List<String> offered, Collection<String> supported) {
        if (!request.method().equals("GET")) {
            throw Refusal.of(
                    405,
                    "MethodNotAllowed",
                    "bad method: a WebSocket is opened with GET, not with " + request.method(),
                    Map.of("Allow", "GET"));
        }
        if (!WebSocketRequest.isRequested(request::header)) {
            throw Refusal.badRequest(
                    "not websocket protocol: expected \"Upgrade: websocket\" and \"Connection: Upgrade\";"
                            + " a proxy in between may have removed one of them");
        }
        checkKey(request.header("sec-websocket-key"));
        List<String> versions = request.header("sec-websocket-version");
        if (versions.size() != 1 || !versions.get(0).strip().equals("13")) {
            throw Refusal.of(
                    400,
                    "BadRequest",
                    "missing or bad WebSocket Version: expected \"Sec-WebSocket-Version: 13\"",
                    Map.of("Sec-WebSocket-Version", "13"));
        }
        String selected = Subprotocol.selectName(offered, supported);
        if (selected == null) {
            throw Refusal.of(
                    403,
                    "Forbidden",
                    "unsupported subprotocols: " + shown(offered) + "; offer one of "
                            + supported.stream().filter(name -> !name.isEmpty()).collect(Collectors.joining(", "))
                            + " in Sec-WebSocket-Protocol");
        }
        return selected;
    }

    private static void checkKey(List<String> keys) {
        String key = keys.size() == 1 ? keys.get(0).strip() : "";
        try {
            if (key.length() == KEY_CHARS && Base64.getDecoder().decode(key).length == KEY_BYTES) {
                return;
            }
        } catch (IllegalArgumentException notBase64) {
            // Refused below, like every other wrong key.
        }
        throw Refusal.badRequest(
                "mismatch challenge/response: expected one Sec-WebSocket-Key header with 16 random bytes in base64");
    }

    /** A misspelt token entry is among the names that match nothing: it must not come back in a message. */
    private static String shown(List<String> offered) {
        return offered.stream()
                .limit(5)
                .map(name -> name.toLowerCase(Locale.ROOT).contains("bearer") ? "(token)" : Refusal.quote(name))
                .collect(Collectors.joining(", "));
    }
}
