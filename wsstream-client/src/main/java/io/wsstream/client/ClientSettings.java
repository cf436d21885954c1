package io.wsstream.client;

import io.wsstream.core.Channel;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.websocket.WebSocketSettings;
import java.time.Duration;
import java.util.List;

/**
 * What a client offers, and its bounds.
 *
 * @param offer subprotocols by preference; servers take the first they know
 * @param handshakeBound for name lookup, TCP, TLS and HTTP together
 * @param webSocket bounds of a connection after that
 * @param resizeChannel where terminal sizes go: {@link Channel#RESIZE}, or {@link Channel#ERROR} for servers that read
 *     them on channel 3
 */
public record ClientSettings(
        List<Subprotocol> offer, Duration handshakeBound, WebSocketSettings webSocket, Channel resizeChannel) {

    /** Checks, and copies the list. */
    public ClientSettings {
        offer = List.copyOf(offer);
        if (offer.isEmpty() || offer.contains(Subprotocol.NONE)) {
            throw new IllegalArgumentException("offer " + offer + "; expected one or more subprotocols with a name");
        }
        if (handshakeBound.isNegative() || handshakeBound.isZero()) {
            throw new IllegalArgumentException("handshake bound " + handshakeBound + "; expected more than nothing");
        }
        if (resizeChannel != Channel.RESIZE && resizeChannel != Channel.ERROR) {
            throw new IllegalArgumentException("resize channel " + resizeChannel + "; expected RESIZE or ERROR");
        }
    }

    /**
     * The defaults: v5, then v4; ten seconds; pings as client-go sends them.
     *
     * @return the defaults
     */
    public static ClientSettings defaults() {
        return new ClientSettings(
                List.of(Subprotocol.V5, Subprotocol.V4),
                Duration.ofSeconds(10),
                WebSocketSettings.client(),
                Channel.RESIZE);
    }

    /**
     * Changes the offer.
     *
     * @param subprotocols by preference
     * @return the changed settings
     */
    public ClientSettings withOffer(Subprotocol... subprotocols) {
        return new ClientSettings(List.of(subprotocols), handshakeBound, webSocket, resizeChannel);
    }

    /**
     * Changes the bound of the handshake.
     *
     * @param bound for name lookup, TCP, TLS and HTTP together
     * @return the changed settings
     */
    public ClientSettings withHandshakeBound(Duration bound) {
        return new ClientSettings(offer, bound, webSocket, resizeChannel);
    }

    /**
     * Changes the bounds of connections.
     *
     * @param settings the bounds
     * @return the changed settings
     */
    public ClientSettings withWebSocket(WebSocketSettings settings) {
        return new ClientSettings(offer, handshakeBound, settings, resizeChannel);
    }

    /**
     * Changes where terminal sizes go.
     *
     * @param channel {@link Channel#RESIZE} or {@link Channel#ERROR}
     * @return the changed settings
     */
    public ClientSettings withResizeChannel(Channel channel) {
        return new ClientSettings(offer, handshakeBound, webSocket, channel);
    }
}
