package io.wsstream.core.conn;

import io.wsstream.core.Subprotocol;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a request asks for, by its headers alone; method, version and key are not looked at. Repeated header lines are one
 * comma list (RFC 9110 5.3), where Go looks at the first line only.
 *
 * <p>Headers come as a function from a name in lower case to the values of all its lines, none where it is absent.
 *
 * <p>Source: {@code wsstream/conn.go}; PROTOCOL.md 2.
 */
public final class WebSocketRequest {
    /** The header with the subprotocols, in lower case. */
    public static final String PROTOCOL_HEADER = "sec-websocket-protocol";

    private WebSocketRequest() {}

    /**
     * Whether a WebSocket is asked for.
     *
     * @param headers the request's
     * @return whether Upgrade names websocket and Connection names upgrade, in any case
     */
    public static boolean isRequested(Function<String, List<String>> headers) {
        return any(headers, "upgrade", "websocket"::equalsIgnoreCase)
                && any(headers, "connection", "upgrade"::equalsIgnoreCase);
    }

    /**
     * Whether a WebSocket is asked for whose subprotocol may be one with CLOSE.
     *
     * @param headers the request's
     * @return whether {@code v5.channel.k8s.io} is among the names, at any place
     */
    public static boolean isRequestedWithStreamClose(Function<String, List<String>> headers) {
        return isRequested(headers) && any(headers, PROTOCOL_HEADER, Subprotocol.V5.wireName()::equals);
    }

    /**
     * Whether a WebSocket is asked for as a tunnel, which carries SPDY.
     *
     * @param headers the request's
     * @return whether a name such as {@code SPDY/3.1+portforward.k8s.io} is among those offered
     */
    public static boolean isRequestedWithTunneling(Function<String, List<String>> headers) {
        return isRequested(headers)
                && any(headers, PROTOCOL_HEADER, name -> name.startsWith("SPDY/3.1+") && name.endsWith(".k8s.io"));
    }

    private static boolean any(Function<String, List<String>> headers, String name, Predicate<String> element) {
        return Subprotocol.parseOffer(headers.apply(name)).stream().anyMatch(element);
    }
}
