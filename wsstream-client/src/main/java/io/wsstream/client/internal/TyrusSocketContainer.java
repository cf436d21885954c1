package io.wsstream.client.internal;

import io.wsstream.core.HandshakeException;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.core.websocket.Role;
import io.wsstream.core.websocket.WebSocketTransport;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.glassfish.tyrus.core.TyrusUpgradeResponse;
import org.glassfish.tyrus.spi.ClientContainer;
import org.glassfish.tyrus.spi.ClientEngine;
import org.glassfish.tyrus.spi.ClientEngine.ClientUpgradeInfo;
import org.glassfish.tyrus.spi.ClientEngine.ClientUpgradeStatus;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.UpgradeRequest;
import org.jspecify.annotations.Nullable;

/**
 * The socket under Tyrus' {@code ClientManager}: Tyrus makes the upgrade request, and keeps Endpoint and Session; the
 * socket, the answer and its checks, and after the 101 every byte of data are ours.
 *
 * <p>Tyrus' own containers lose the body of a refusal, do not bound TCP and TLS, accept a subprotocol that nobody offered,
 * and unmask byte by byte; with this one frames go through core's {@link WebSocketTransport} alone. Redirects are not
 * followed: a bearer token would travel to whoever the answer names.
 *
 * <p><b>Threads:</b> the caller's, and see {@link Handshake}. <b>Blocking:</b> up to the handshake's bound.
 *
 * <p>Source: RFC 6455 section 4.1; {@code client-go/transport/websocket/roundtripper.go}; PROTOCOL.md 3, 14.1.
 */
public final class TyrusSocketContainer implements ClientContainer {
    private static final String ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** A container; Tyrus makes it by its name. */
    public TyrusSocketContainer() {}

    @Override
    public void openClientSocket(ClientEndpointConfig config, Map<String, Object> properties, ClientEngine engine)
            throws DeploymentException, IOException {
        if (!(config.getUserProperties().get(UpgradeCall.KEY) instanceof UpgradeCall call)
                || !(config.getUserProperties().get(JakartaEndpoint.KEY) instanceof JakartaEndpoint endpoint)) {
            throw new DeploymentException("this container serves WsStreamClient only");
        }
        Handshake.Result result = null;
        try {
            UpgradeRequest request = engine.createUpgradeRequest(null);
            result = new Handshake(call.server, head(request), call.bound).run();
            HttpAnswer answer = result.answer();
            if (answer.status() != 101) {
                throw refusal(answer, result.body(), call.offeredNames());
            }
            Subprotocol subprotocol = check(answer, first(request, "Sec-WebSocket-Key"), call.offer);
            call.complete(open(call, result, subprotocol, engine, endpoint));
            result = null;
        } catch (IOException failed) {
            engine.processError(failed);
            throw failed;
        } catch (Error | RuntimeException broken) {
            // Tyrus loses an Error, and its caller would wait until Dialer loses patience.
            throw new DeploymentException("the upgrade failed: " + broken, broken);
        } finally {
            if (result != null) {
                result.raw().close();
            }
        }
    }

    private static Upgraded open(
            UpgradeCall call,
            Handshake.Result result,
            Subprotocol subprotocol,
            ClientEngine engine,
            JakartaEndpoint endpoint)
            throws IOException {
        SocketLink link = new SocketLink(call.server.name(), result.raw(), result.stream(), result.leftover());
        WebSocketTransport transport = new WebSocketTransport(Role.CLIENT, link, call.settings);
        TyrusUpgradeResponse response = new TyrusUpgradeResponse();
        response.setStatus(101);
        result.answer()
                .headers()
                .forEach((name, values) -> response.getHeaders().put(name, values));
        ClientUpgradeInfo info = engine.processResponse(response, new ClosingWriter(transport), reason -> {});
        if (info.getUpgradeStatus() != ClientUpgradeStatus.SUCCESS) {
            throw refusal("Tyrus refused the server's 101", result.answer(), "");
        }
        Connection tyrus = info.createConnection();
        Upgraded upgraded = new Upgraded(link, transport, subprotocol, endpoint.session());
        upgraded.start(tyrus, () -> {});
        return upgraded;
    }

    private static String head(UpgradeRequest request) {
        URI uri = request.getRequestURI();
        StringBuilder head = new StringBuilder("GET ").append(uri.getRawPath());
        if (uri.getRawQuery() != null) {
            head.append('?').append(uri.getRawQuery());
        }
        head.append(" HTTP/1.1\r\n");
        request.getHeaders().forEach((name, values) -> {
            for (String value : values) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        });
        return head.append("\r\n").toString();
    }

    private static String first(UpgradeRequest request, String header) {
        List<String> values = request.getHeaders().get(header);
        return values == null || values.isEmpty() ? "" : values.get(0);
    }

    // ---------------------------------------------------------------- the 101

    private static Subprotocol check(HttpAnswer answer, String key, List<Subprotocol> offered)
            throws HandshakeException {
        if (!answer.hasElement("Upgrade", "websocket") || !answer.hasElement("Connection", "upgrade")) {
            throw refusal("its 101 does not upgrade to websocket", answer, "");
        }
        if (!answer.first("Sec-WebSocket-Accept").equals(accept(key))) {
            throw refusal(
                    "its 101 carries a wrong Sec-WebSocket-Accept; something between may have cached it", answer, "");
        }
        if (!answer.elements("Sec-WebSocket-Extensions").isEmpty()) {
            throw refusal(
                    "its 101 selects the extensions " + answer.elements("Sec-WebSocket-Extensions")
                            + ", but none was offered",
                    answer,
                    "");
        }
        List<String> selected = answer.elements("Sec-WebSocket-Protocol");
        Subprotocol agreed = selected.size() > 1 ? null : Subprotocol.of(String.join("", selected));
        if (agreed == null || !offered.contains(agreed)) {
            throw refusal(
                    (selected.isEmpty() ? "its 101 selects no subprotocol" : "its 101 selects subprotocol " + selected)
                            + "; expected one of "
                            + offered.stream().map(Subprotocol::wireName).toList(),
                    answer,
                    "");
        }
        return agreed;
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + ACCEPT_SALT).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    // ---------------------------------------------------------------- anything else

    private static HandshakeException refusal(HttpAnswer answer, String body, List<String> offered) {
        Status status = parse(body);
        String said = status != null && !status.message().isEmpty()
                ? status.message()
                : body.isBlank() ? "" : shortened(body.strip());
        String line = (answer.status() + " " + answer.reason()).strip();
        String message =
                "the server refused: " + line + (said.isEmpty() ? "" : ": " + said) + advice(answer, said, offered);
        return new HandshakeException(message, answer.status(), body, status);
    }

    private static String advice(HttpAnswer answer, String said, List<String> offered) {
        return switch (answer.status()) {
            case 301, 302, 303, 307, 308 ->
                "; redirects are not followed, use the server URL of " + answer.first("Location") + " itself";
            case 401 -> "; check the token or the client certificate";
            case 403 ->
                said.isEmpty() ? "; it may speak none of the subprotocols offered, " + String.join(", ", offered) : "";
            case 200, 404 -> said.isEmpty() ? "; is this the URL of a Kubernetes API?" : "";
            default -> "";
        };
    }

    private static HandshakeException refusal(String what, HttpAnswer answer, String body) {
        return new HandshakeException("the server broke the upgrade: " + what, answer.status(), body, null);
    }

    private static @Nullable Status parse(String body) {
        if (!body.stripLeading().startsWith("{")) {
            return null;
        }
        try {
            Status status = StatusCodec.parse(body.getBytes(StandardCharsets.UTF_8));
            return status.status().isEmpty() && status.message().isEmpty() ? null : status;
        } catch (ProtocolViolationException somethingElse) {
            return null;
        }
    }

    private static String shortened(String body) {
        String line = body.replaceAll("\\s+", " ");
        return line.length() > 200 ? line.substring(0, 200) + "..." : line;
    }
}
