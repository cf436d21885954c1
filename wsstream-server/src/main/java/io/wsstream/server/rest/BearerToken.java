package io.wsstream.server.rest;

import io.wsstream.core.Subprotocol;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The token of a request, and the subprotocols that remain once the entry that may carry it is taken out.
 *
 * <p>Browsers cannot set headers on a WebSocket, and so offer {@code base64url.bearer.authorization.k8s.io.<T>} beside the
 * real name, where T is the unpadded URL-safe base64 of the token. The entry is neither selected nor handed on.
 *
 * <p>Source: {@code apiserver/pkg/authentication/request/websocket/protocol.go}; PROTOCOL.md 10.1.
 *
 * @param token not empty when present
 * @param offered the other subprotocols, in the client's order
 */
record BearerToken(Optional<String> token, List<String> offered) {
    private static final String PREFIX = "base64url.bearer.authorization.k8s.io.";
    private static final String SCHEME = "Bearer ";

    /**
     * Reads the token of {@code Authorization: Bearer}, or else of the subprotocol entry.
     *
     * @throws Refusal with 401, if an entry is malformed
     */
    static BearerToken of(HttpRequest request) {
        Optional<String> header = ofHeader(request);
        List<String> entries = new ArrayList<>();
        List<String> offered = new ArrayList<>();
        for (String name : Subprotocol.parseOffer(request.header("sec-websocket-protocol"))) {
            (name.startsWith(PREFIX) ? entries : offered).add(name);
        }
        if (header.isPresent() || entries.isEmpty() || !WebSocketHandshake.isRequested(request)) {
            return new BearerToken(header, List.copyOf(offered));
        }
        if (entries.size() > 1) {
            throw Refusal.unauthorized(
                    "multiple base64.bearer.authorization tokens specified; offer exactly one " + PREFIX + "<token>");
        }
        String token = decode(entries.get(0).substring(PREFIX.length()));
        if (!token.isEmpty() && offered.isEmpty()) {
            throw Refusal.unauthorized(
                    "missing additional subprotocol; offer v5.channel.k8s.io beside the entry with the token");
        }
        return new BearerToken(Optional.of(token).filter(text -> !text.isEmpty()), List.copyOf(offered));
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

    private static String decode(String encoded) {
        byte[] bytes;
        try {
            // The decoder takes padding, which Go's RawURLEncoding does not.
            if (encoded.indexOf('=') >= 0) {
                throw new IllegalArgumentException("padding");
            }
            bytes = Base64.getUrlDecoder().decode(encoded);
        } catch (IllegalArgumentException malformed) {
            throw Refusal.unauthorized("invalid base64.bearer.authorization token encoding;"
                    + " expected URL-safe base64 without padding");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw Refusal.unauthorized("invalid base64.bearer.authorization token; expected the base64 of UTF-8 text");
        }
    }

    /** {@return the names that remain; the token is left out} */
    @Override
    public String toString() {
        return "BearerToken[" + (token.isPresent() ? "present" : "absent") + ", " + offered + "]";
    }
}
