package io.wsstream.server.rest;

import io.wsstream.core.status.Status;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that is not to be served, as the {@code Status} that its client gets. Thrown inside this package only, and
 * without a stack trace: refusals are an everyday matter, and cheap.
 */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** client-go keeps the first 1024 bytes of a refused handshake; what a client sent is quoted shorter than that. */
    private static final int QUOTED_CHARS = 100;

    private final transient Status status;
    private final transient Map<String, String> headers;

    private Refusal(Status status, Map<String, String> headers) {
        super(status.message(), null, false, false);
        this.status = status;
        this.headers = headers;
    }

    Status status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    static Refusal of(int code, String reason, String message) {
        return of(code, reason, message, Map.of());
    }

    static Refusal of(int code, String reason, String message, Map<String, String> headers) {
        return new Refusal(Status.failure(code, reason, message), headers);
    }

    static Refusal badRequest(String message) {
        return of(400, "BadRequest", message);
    }

    static Refusal notImplemented(String message) {
        return of(501, "NotImplemented", message);
    }

    static Refusal unauthorized(String message) {
        return of(401, "Unauthorized", message, Map.of("WWW-Authenticate", "Bearer"));
    }

    static Refusal methodNotAllowed(String method, String allowed) {
        return of(
                405,
                "MethodNotAllowed",
                "method " + quote(method) + " is not served here; use " + allowed.replace(", ", " or "),
                Map.of("Allow", allowed));
    }

    /** As Kubernetes words it, followed by what may help. */
    static Refusal notFound(String resource, String name, @Nullable String hint) {
        String message = resource + " " + quote(name) + " not found" + (hint == null ? "" : ": " + hint);
        return new Refusal(
                new Status(Status.FAILURE, message, "NotFound", 404, new Status.Details(name, resource, List.of())),
                Map.of());
    }

    /** Quoted as Go does, and cut: it came from the client and goes into a message. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int length = Math.min(text.length(), QUOTED_CHARS);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (Character.isISOControl(c)) {
                quoted.append(String.format("\\x%02x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append(text.length() > length ? "...\"" : "\"").toString();
    }
}
