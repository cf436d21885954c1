package io.wsstream.server.rest;

import io.wsstream.core.HandshakeException;
import io.wsstream.core.Quoted;
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

    /** A request that core refuses, with the status that it names. */
    static Refusal of(HandshakeException refused) {
        return refused.httpStatus() == 401
                ? unauthorized(String.valueOf(refused.getMessage()))
                : badRequest(String.valueOf(refused.getMessage()));
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

    static String quote(String text) {
        return Quoted.of(text);
    }
}
