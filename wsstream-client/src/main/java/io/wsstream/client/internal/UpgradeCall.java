package io.wsstream.client.internal;

import io.wsstream.core.websocket.WebSocketSettings;
import java.io.IOException;
import java.time.Duration;
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
    private @Nullable Upgraded upgraded;

    UpgradeCall(ServerAddress server, Duration bound, WebSocketSettings settings) {
        this.server = server;
        this.bound = bound;
        this.settings = settings;
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
