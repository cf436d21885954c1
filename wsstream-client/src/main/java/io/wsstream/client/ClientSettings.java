package io.wsstream.client;

import io.wsstream.core.Channel;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.websocket.WebSocketSettings;
import java.time.Duration;
import java.util.List;

/**
 * What a client offers, and its bounds.
 *
 * @param offer subprotocols by preference; servers take the first they know. {@link Subprotocol#NONE}, at the end or
 *     alone, also takes a server that selects none
 * @param handshakeBound for name lookup, TCP, TLS and HTTP together
 * @param webSocket bounds of a connection after that
 * @param resizeChannel where terminal sizes go: {@link Channel#RESIZE}, or {@link Channel#ERROR} for servers that read
 *     them on channel 3
 * @param tokenAsSubprotocol whether a bearer token goes among the subprotocols, as browsers send it, instead of into a
 *     header: for proxies that keep or drop the header. Servers log subprotocols more readily than headers
 * @param silenceIsSuccess whether an end with Close 1000 and without a status is success on v4 and v5 too, as client-go
 *     has it; output may then be cut short without a word
 */
public record ClientSettings(
        List<Subprotocol> offer,
        Duration handshakeBound,
        WebSocketSettings webSocket,
        Channel resizeChannel,
        boolean tokenAsSubprotocol,
        boolean silenceIsSuccess) {

    /** Checks, and copies the list. */
    public ClientSettings {
        offer = List.copyOf(offer);
        int none = offer.indexOf(Subprotocol.NONE);
        if (offer.isEmpty() || (none >= 0 && none < offer.size() - 1)) {
            throw new IllegalArgumentException(
                    "offer " + offer + "; expected one or more subprotocols, and NONE at the end only");
        }
        if (tokenAsSubprotocol && none == 0) {
            throw new IllegalArgumentException(
                    "a token as a subprotocol, and no other beside it; offer one with a name, or send the token in a header");
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
                Channel.RESIZE,
                false,
                false);
    }

    /**
     * Changes the offer.
     *
     * @param subprotocols by preference
     * @return the changed settings
     */
    public ClientSettings withOffer(Subprotocol... subprotocols) {
        return new ClientSettings(
                List.of(subprotocols), handshakeBound, webSocket, resizeChannel, tokenAsSubprotocol, silenceIsSuccess);
    }

    /**
     * Changes the bound of the handshake.
     *
     * @param bound for name lookup, TCP, TLS and HTTP together
     * @return the changed settings
     */
    public ClientSettings withHandshakeBound(Duration bound) {
        return new ClientSettings(offer, bound, webSocket, resizeChannel, tokenAsSubprotocol, silenceIsSuccess);
    }

    /**
     * Changes the bounds of connections.
     *
     * @param settings the bounds
     * @return the changed settings
     */
    public ClientSettings withWebSocket(WebSocketSettings settings) {
        return new ClientSettings(offer, handshakeBound, settings, resizeChannel, tokenAsSubprotocol, silenceIsSuccess);
    }

    /**
     * Changes where terminal sizes go.
     *
     * @param channel {@link Channel#RESIZE} or {@link Channel#ERROR}
     * @return the changed settings
     */
    public ClientSettings withResizeChannel(Channel channel) {
        return new ClientSettings(offer, handshakeBound, webSocket, channel, tokenAsSubprotocol, silenceIsSuccess);
    }

    /**
     * Sends a bearer token among the subprotocols instead of in a header.
     *
     * @return the changed settings
     */
    public ClientSettings withTokenAsSubprotocol() {
        return new ClientSettings(offer, handshakeBound, webSocket, resizeChannel, true, silenceIsSuccess);
    }

    /**
     * Takes Close 1000 without a status for success on every subprotocol, as client-go does.
     *
     * @return the changed settings
     */
    public ClientSettings withSilenceAsSuccess() {
        return new ClientSettings(offer, handshakeBound, webSocket, resizeChannel, tokenAsSubprotocol, true);
    }
}
