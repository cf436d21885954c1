package io.wsstream.client.internal;

import io.wsstream.core.Subprotocol;
import io.wsstream.core.websocket.WebSocketSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one call of the dialer hands through Tyrus to {@link TyrusSocketContainer}, by way of the user properties of its
 * endpoint configuration, and what comes back.
 *
 * <p><b>Threads:</b> one.
 */
final class UpgradeCall {
    /** Its key among the user properties. */
    static final String KEY = "io.wsstream.client.upgrade";

    final ServerAddress server;
    final Duration bound;
    final WebSocketSettings settings;
    final List<Subprotocol> offer;
    private @Nullable Upgraded upgraded;

    UpgradeCall(ServerAddress server, Duration bound, WebSocketSettings settings, List<Subprotocol> offer) {
        this.server = server;
        this.bound = bound;
        this.settings = settings;
        this.offer = offer;
    }

    /** {@return the names that are offered; those of a token are not among them} */
    List<String> offeredNames() {
        return offer.stream()
                .map(Subprotocol::wireName)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    void complete(Upgraded result) {
        upgraded = result;
    }

    /** Nobody wants the connection any more. */
    void abandon() {
        if (upgraded != null) {
            upgraded.link().abort();
        }
    }

    Upgraded result() throws IOException {
        if (upgraded == null) {
            throw new IOException("Tyrus opened no connection");
        }
        return upgraded;
    }
}
