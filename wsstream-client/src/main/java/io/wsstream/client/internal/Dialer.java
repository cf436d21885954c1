package io.wsstream.client.internal;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.WsStreamException;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.glassfish.tyrus.client.ClientManager;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to the API server of one cluster.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> up to the handshake's bound, and while the credentials are made, which may run
 * a program.
 */
public final class Dialer {
    private static final String AUTHORIZATION = "Authorization";

    private final ClusterAccess access;
    private final ClientSettings settings;

    /**
     * A dialer.
     *
     * @param access where, and as whom
     * @param settings bounds and what to offer
     */
    public Dialer(ClusterAccess access, ClientSettings settings) {
        this.access = access;
        this.settings = settings;
    }

    /** {@return as whom, and where} */
    public ClusterAccess access() {
        return access;
    }

    /** {@return bounds and what to offer} */
    public ClientSettings settings() {
        return settings;
    }

    /**
     * Opens a WebSocket.
     *
     * @param pathAndQuery percent-encoded, from the first slash after the server URL
     * @param bound for DNS, TCP, TLS and HTTP together
     * @return the connection
     * @throws IOException if there is none
     * @throws InterruptedException if the caller was interrupted; nothing is left open
     */
    public Upgraded dial(String pathAndQuery, Duration bound) throws IOException, InterruptedException {
        String authorization = access.authorization();
        try {
            return dial(pathAndQuery, bound, authorization);
        } catch (HandshakeException refused) {
            if (refused.httpStatus() != 401 || !access.refreshAuthorization(authorization)) {
                throw refused;
            }
        }
        return dial(pathAndQuery, bound, access.authorization());
    }

    private Upgraded dial(String pathAndQuery, Duration bound, @Nullable String authorization)
            throws IOException, InterruptedException {
        URI server = access.serverUrl();
        boolean secure = "https".equals(server.getScheme());
        ServerAddress address =
                ServerAddress.of(server, secure ? access.tls() : null, access.tlsServerName(), !access.isInsecure());
        String base = server.getRawPath() == null ? "" : server.getRawPath().replaceFirst("/+$", "");
        URI uri = URI.create((secure ? "wss://" : "ws://") + server.getRawAuthority() + base + pathAndQuery);
        UpgradeCall call = new UpgradeCall(address, bound, settings.webSocket());
        JakartaEndpoint endpoint = new JakartaEndpoint();
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                .preferredSubprotocols(
                        settings.offer().stream().map(Subprotocol::wireName).toList())
                .configurator(new Headers(authorization))
                .build();
        config.getUserProperties().put(UpgradeCall.KEY, call);
        config.getUserProperties().put(JakartaEndpoint.KEY, endpoint);
        try {
            Tyrus.MANAGER.connectToServer(endpoint, config, uri);
            return call.result();
        } catch (DeploymentException failed) {
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof InterruptedException interrupted) {
                    call.abandon();
                    throw interrupted;
                }
            }
            throw new WsStreamException("the upgrade failed: " + failed.getMessage(), failed);
        } catch (IOException failed) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException(failed.getMessage());
                interrupted.initCause(failed);
                throw interrupted;
            }
            throw failed;
        }
    }

    /** The request's headers, which Tyrus has filled in before. */
    private static final class Headers extends ClientEndpointConfig.Configurator {
        private final @Nullable String authorization;

        Headers(@Nullable String authorization) {
            this.authorization = authorization;
        }

        @Override
        public void beforeRequest(Map<String, List<String>> headers) {
            headers.remove("Origin"); // It is for browsers; client-go sends none.
            headers.put("User-Agent", List.of("wsstream"));
            if (authorization != null) {
                headers.put(AUTHORIZATION, List.of(authorization));
            }
        }
    }

    /** One manager for all: what belongs to a connection travels in its configuration. */
    private static final class Tyrus {
        static final ClientManager MANAGER = manager();

        private static ClientManager manager() {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(Dialer.class.getClassLoader()); // Tyrus finds the class by it.
            try {
                ClientManager manager = ClientManager.createClient(TyrusSocketContainer.class.getName());
                manager.setDefaultMaxSessionIdleTimeout(-1);
                return manager;
            } finally {
                thread.setContextClassLoader(before);
            }
        }
    }
}
