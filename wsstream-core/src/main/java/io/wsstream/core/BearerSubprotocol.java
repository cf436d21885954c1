package io.wsstream.core;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token among the subprotocols of an upgrade request: for browsers, which cannot set headers on a WebSocket.
 *
 * <pre>
 *  Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.SGVsbG8, v5.channel.k8s.io
 *                                                                ^ unpadded URL-safe base64 of the token
 * </pre>
 *
 * <p>The entry is neither selected nor handed on.
 *
 * <p>Source: {@code apiserver/pkg/authentication/request/websocket/protocol.go}; PROTOCOL.md 10.1.
 *
 * @param token the token, not empty; null when there is none
 * @param offered the other subprotocols, in the client's order
 */
public record BearerSubprotocol(@Nullable String token, List<String> offered) {
    private static final String PREFIX = "base64url.bearer.authorization.k8s.io.";

    /** Copies the list. */
    public BearerSubprotocol {
        offered = List.copyOf(offered);
    }

    /**
     * The entry for a token.
     *
     * @param token any text
     * @return what to offer beside a real subprotocol
     */
    public static String entry(String token) {
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Takes the entry out of an offer.
     *
     * @param names as {@link Subprotocol#parseOffer} gives them
     * @return the token, if there is one, and the rest
     * @throws HandshakeException with 401, if the entry is malformed, stands twice, or stands alone
     */
    public static BearerSubprotocol parse(List<String> names) throws HandshakeException {
        List<String> entries =
                names.stream().filter(name -> name.startsWith(PREFIX)).toList();
        List<String> offered = withoutEntries(names);
        if (entries.isEmpty()) {
            return new BearerSubprotocol(null, offered);
        }
        if (entries.size() > 1) {
            throw refused(
                    "multiple base64.bearer.authorization tokens specified; offer exactly one " + PREFIX + "<token>");
        }
        String token = decode(entries.get(0).substring(PREFIX.length()));
        if (token.isEmpty()) {
            return new BearerSubprotocol(null, offered);
        }
        if (offered.isEmpty()) {
            throw refused("missing additional subprotocol; offer v5.channel.k8s.io beside the entry with the token");
        }
        return new BearerSubprotocol(token, offered);
    }

    /**
     * Takes the entries out of an offer unread, for a request that proves its caller otherwise.
     *
     * @param names as {@link Subprotocol#parseOffer} gives them
     * @return the rest
     */
    public static List<String> withoutEntries(List<String> names) {
        return names.stream().filter(name -> !name.startsWith(PREFIX)).toList();
    }

    private static String decode(String encoded) throws HandshakeException {
        byte[] bytes;
        try {
            // The decoder takes padding, which Go's RawURLEncoding does not.
            if (encoded.indexOf('=') >= 0) {
                throw new IllegalArgumentException("padding");
            }
            bytes = Base64.getUrlDecoder().decode(encoded);
        } catch (IllegalArgumentException malformed) {
            throw refused("invalid base64.bearer.authorization token encoding;"
                    + " expected URL-safe base64 without padding");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw refused("invalid base64.bearer.authorization token; expected the base64 of UTF-8 text");
        }
    }

    private static HandshakeException refused(String message) {
        return new HandshakeException(message, 401, "", null);
    }

    /** {@return the names that remain; the token is left out} */
    @Override
    public String toString() {
        return "BearerSubprotocol[" + (token != null ? "present" : "absent") + ", " + offered + "]";
    }
}
