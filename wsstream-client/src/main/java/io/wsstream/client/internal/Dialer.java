package io.wsstream.client.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.client.ClientSettings;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.BearerSubprotocol;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.WsTimeoutException;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.glassfish.tyrus.client.ClientManager;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to the API server of one cluster.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> up to the handshake's bound and a second, and while the credentials are made, which may run
 * a program.
 */
public final class Dialer {
    private static final String AUTHORIZATION = "Authorization";
    private static final String BEARER = "Bearer ";

    /** How much longer than the handshake's bound Tyrus may take to say how it went. */
    private static final Duration BEYOND_BOUND = Duration.ofSeconds(1);

    private final ClusterAccess access;
    private final ClientSettings settings;
    private final Supplier<ClientManager> tyrus;

    /**
     * A dialer.
     *
     * @param access where, and as whom
     * @param settings bounds and what to offer
     */
    public Dialer(ClusterAccess access, ClientSettings settings) {
        this(access, settings, () -> Tyrus.MANAGER);
    }

    /** For a test with a manager that fails. */
    Dialer(ClusterAccess access, ClientSettings settings, Supplier<ClientManager> tyrus) {
        this.access = access;
        this.settings = settings;
        this.tyrus = tyrus;
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
        ServerAddress address = ServerAddress.of(
                server, secure ? access.tls() : null, access.tlsServerName(), !access.isInsecure(), access.proxyUrl());
        String base = server.getRawPath() == null ? "" : server.getRawPath().replaceFirst("/+$", "");
        URI uri = URI.create((secure ? "wss://" : "ws://") + server.getRawAuthority() + base + pathAndQuery);
        UpgradeCall call = new UpgradeCall(address, bound, settings.webSocket(), settings.offer());
        JakartaEndpoint endpoint = new JakartaEndpoint();
        List<String> names = call.offeredNames();
        String header = authorization;
        if (authorization != null && settings.tokenAsSubprotocol()) {
            names = withToken(names, authorization);
            header = null;
        }
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                .preferredSubprotocols(names)
                .configurator(new Headers(header))
                .build();
        config.getUserProperties().put(UpgradeCall.KEY, call);
        config.getUserProperties().put(JakartaEndpoint.KEY, endpoint);
        Patience patience = new Patience(bound.plus(BEYOND_BOUND));
        try {
            tyrus.get().connectToServer(endpoint, config, uri);
            return call.result();
        } catch (DeploymentException failed) {
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof InterruptedException interrupted) {
                    call.abandon();
                    if (patience.end()) {
                        throw new WsTimeoutException(
                                "the upgrade neither succeeded nor failed within " + ServerAddress.seconds(bound)
                                        + " and a second more; a class may be missing: check that all jars of Tyrus are"
                                        + " there, and of one version",
                                bound);
                    }
                    throw interrupted;
                }
            }
            throw new WsStreamException("the upgrade failed: " + failed.getMessage(), failed);
        } catch (IOException failed) {
            if (!patience.end() && Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException(failed.getMessage());
                interrupted.initCause(failed);
                throw interrupted;
            }
            throw failed;
        } finally {
            patience.end();
        }
    }

    private static List<String> withToken(List<String> names, String authorization) {
        if (!authorization.startsWith(BEARER)) {
            throw new IllegalStateException(
                    "the credentials are no bearer token, and only such a token can go among the"
                            + " subprotocols; send them in a header");
        }
        List<String> all = new ArrayList<>();
        all.add(BearerSubprotocol.entry(authorization.substring(BEARER.length())));
        all.addAll(names);
        return all;
    }

    /**
     * Interrupts the caller when Tyrus does not come back: an Error inside it, such as a class that is missing, is lost
     * there, and the call waits for ever for an outcome. The handshake has a bound of its own and has long failed by then.
     *
     * <p><b>Threads:</b> the caller's, and the timer.
     */
    private static final class Patience {
        private final Thread caller = Thread.currentThread();
        private final Future<?> timer;

        @GuardedBy("this")
        private boolean over;

        @GuardedBy("this")
        private boolean lost;

        @GuardedBy("this")
        private boolean takenBack;

        Patience(Duration bound) {
            timer = LinkTimer.after(bound, this::lose);
        }

        private synchronized void lose() {
            if (!over) {
                over = true;
                lost = true;
                caller.interrupt();
            }
        }

        /** No interrupt comes after this; one that came is taken back. Returns whether it came. */
        boolean end() {
            timer.cancel(false);
            synchronized (this) {
                if (!over) {
                    over = true;
                } else if (lost && !takenBack) {
                    takenBack = true;
                    Thread.interrupted();
                }
                return lost;
            }
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
