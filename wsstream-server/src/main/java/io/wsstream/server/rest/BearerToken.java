package io.wsstream.server.rest;

import io.wsstream.core.BearerSubprotocol;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.conn.WebSocketRequest;
import java.util.List;
import java.util.Optional;

/**
 * The token of a request, and the subprotocols that remain once the entry that may carry it is taken out ({@link
 * BearerSubprotocol}).
 *
 * <p>Source: PROTOCOL.md 10.1.
 *
 * @param token not empty when present
 * @param offered the other subprotocols, in the client's order
 */
record BearerToken(Optional<String> token, List<String> offered) {
    private static final String SCHEME = "Bearer ";

    /**
     * Reads the token of {@code Authorization: Bearer}, or else of the subprotocol entry.
     *
     * @throws Refusal with 401, if an entry is malformed
     */
    static BearerToken of(HttpRequest request) {
        Optional<String> header = ofHeader(request);
        List<String> names = Subprotocol.parseOffer(request.header("sec-websocket-protocol"));
        if (header.isPresent() || !WebSocketRequest.isRequested(request::header)) {
            return new BearerToken(header, BearerSubprotocol.withoutEntries(names));
        }
        try {
            BearerSubprotocol parsed = BearerSubprotocol.parse(names);
            return new BearerToken(Optional.ofNullable(parsed.token()), parsed.offered());
        } catch (HandshakeException refused) {
            throw Refusal.of(refused);
        }
    }

    /** Other schemes, such as the Basic of a proxy in front of us, are not ours to judge. */
    private static Optional<String> ofHeader(HttpRequest request) {
        List<String> tokens = request.header("authorization").stream()
                .map(String::strip)
                .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(value -> value.substring(SCHEME.length()).strip())
                .filter(value -> !value.isEmpty())
                .toList();
        if (tokens.size() > 1) {
            throw Refusal.unauthorized("multiple bearer tokens specified; send one Authorization header");
        }
        return tokens.stream().findFirst();
    }

    /** {@return the names that remain; the token is left out} */
    @Override
    public String toString() {
        return "BearerToken[" + (token.isPresent() ? "present" : "absent") + ", " + offered + "]";
    }
}
