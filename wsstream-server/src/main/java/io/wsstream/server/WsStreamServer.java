package io.wsstream.server;

import io.wsstream.core.Subprotocol;
import io.wsstream.core.stream.ServerExec;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import io.wsstream.server.exec.ExecRequest;
import io.wsstream.server.exec.ExecSession;
import io.wsstream.server.exec.ExecTarget;
import io.wsstream.server.internal.Listener;
import io.wsstream.server.jakarta.JakartaListener;
import io.wsstream.server.rest.HttpDecision;
import io.wsstream.server.rest.HttpRequest;
import io.wsstream.server.rest.KubernetesSurface;
import io.wsstream.server.tyrus.TyrusListener;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that {@code kubectl exec} takes for a cluster.
 *
 * <p>What it does not let in by default: anyone from another host (it listens on loopback), anyone without its random
 * token, any web page ({@link HostPolicy}), and any command, until a target is installed.
 *
 * <pre>{@code
 * try (LocalProcess processes = LocalProcess.create();
 *         WsStreamServer server = WsStreamServer.builder()
 *                 .pods(PodCatalog.of(Pod.of("local", "main")))
 *                 .exec(processes)
 *                 .start()) {
 *     server.writeKubeconfig(Path.of("kubeconfig"));
 *     ...
 * }
 * }</pre>
 *
 * <p><b>Threads:</b> selectors {@code wsstream-io-N} and {@code wsstream-timer}; one {@code wsstream-endpoint} for each
 * connection to an endpoint whose handler may block. <b>Blocking:</b> {@link #close}, by its
 * bounds.
 */
public final class WsStreamServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WsStreamServer.class);
    private static final Set<String> RESERVED = Set.of(
            "api", "apis", "version", "healthz", "livez", "readyz", "exec", "attach", "portForward", "containerLogs");
    private static final String SHUTTING_DOWN = "the server is shutting down";

    private final Builder options;
    private final @Nullable TlsIdentity tls;
    private final @Nullable String token;
    private final ScheduledThreadPoolExecutor timer;
    private final KubernetesSurface surface;
    private final Listener listener;

    /** By their ids. */
    private final Map<String, Live> sessions = new ConcurrentHashMap<>();

    /** One permit for each session that may still be opened. */
    private final Semaphore room;

    private final CountDownLatch closed = new CountDownLatch(1);

    /** A session, of whatever kind. */
    private interface Live {
        /** The server goes away. */
        void breakOff(String reason);

        /** The server waits no longer. */
        default void abandon() {}
    }

    /** Who listens: this server by itself, or a container. */
    interface Listening {
        Listener begin(ScheduledExecutorService timer, KubernetesSurface surface, Listener.Sessions sessions)
                throws IOException;
    }

    WsStreamServer(Builder options, @Nullable TlsIdentity tls, Listening listening) throws IOException {
        this.options = options;
        this.room = new Semaphore(options.limits.maxSessions());
        this.tls = tls;
        Authenticator authenticator = options.authenticator;
        if (authenticator == null) {
            token = options.token != null ? options.token : randomToken();
            authenticator = Authenticator.bearer(token);
        } else {
            token = null;
        }
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "wsstream-timer");
            thread.setDaemon(true);
            return thread;
        });
        HostPolicy hosts = tls == null ? options.hosts : options.hosts.withHosts(tls.names());
        this.surface = KubernetesSurface.builder(authenticator, options.pods)
                .authorizer(options.authorizer)
                .hostPolicy(hosts)
                .limits(options.limits)
                .pathPrefix(options.pathPrefix)
                .liveSessions(() -> options.limits.maxSessions() - room.availablePermits())
                .ready(() -> closed.getCount() > 0)
                .execServed(options.exec != null)
                .subprotocols(options.subprotocols)
                .kubeletPaths(options.kubeletPaths)
                .endpoints(options.endpoints)
                .build();
        try {
            this.listener = listening.begin(timer, surface, new Rooms());
        } catch (IOException | RuntimeException failed) {
            timer.shutdownNow();
            throw failed;
        }
    }

    private static String randomToken() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private void openExec(ExecRequest request, WebSocketTransport transport) {
        ServerExec.Streams streams =
                new ServerExec.Streams(request.stdin(), request.stdout(), request.stderr(), request.tty());
        ServerExec wire = new ServerExec(transport, request.subprotocol(), streams);
        ExecSession session =
                new ExecSession(request, wire, timer, (ended, outcome) -> ended(request.sessionInfo(), outcome));
        begin(request.sessionInfo(), session::breakOff, () -> {
            session.begin(Objects.requireNonNull(options.exec)); // without one the surface answers 501
        });
    }

    private void openEndpoint(EndpointRequest request, WebSocketEndpoint endpoint, WebSocketTransport transport) {
        EndpointSession session = new EndpointSession(
                request, endpoint, transport, options.executor, outcome -> ended(request.sessionInfo(), outcome));
        Live live = new Live() {
            @Override
            public void breakOff(String reason) {
                session.breakOff(reason);
            }

            @Override
            public void abandon() {
                session.abandon();
            }
        };
        begin(request.sessionInfo(), live, session::begin);
    }

    private void begin(SessionInfo session, Live live, Runnable beginning) {
        sessions.put(session.sessionId(), live);
        boolean begun = false;
        try {
            tell("opened", () -> options.listener.opened(session));
            LOG.debug(
                    "session {}: {} in {}/{}", session.sessionId(), session.kind(), session.namespace(), session.pod());
            beginning.run();
            begun = true;
        } finally {
            if (!begun) {
                sessions.remove(session.sessionId()); // its room is released by who reserved it
            }
        }
        if (closed.getCount() == 0) {
            live.breakOff(SHUTTING_DOWN);
        }
    }

    private void ended(SessionInfo session, SessionOutcome outcome) {
        if (sessions.remove(session.sessionId()) != null) {
            room.release();
            LOG.debug("session {}: {}", session.sessionId(), outcome.description());
            tell("ended", () -> options.listener.ended(session, outcome));
        }
    }

    private final class Rooms implements Listener.Sessions {
        @Override
        public boolean reserve() {
            return room.tryAcquire();
        }

        @Override
        public void release() {
            room.release();
        }

        @Override
        public void open(HttpDecision.Upgrade upgrade, WebSocketTransport transport) {
            if (upgrade instanceof HttpDecision.ExecUpgrade exec) {
                openExec(exec.request(), transport);
            } else if (upgrade instanceof HttpDecision.EndpointUpgrade own) {
                openEndpoint(own.request(), own.endpoint(), transport);
            }
        }
    }

    private static void tell(String event, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error bug) {
            LOG.warn("a session listener failed on '{}'", event, bug);
        }
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return where clients reach this server, such as {@code https://127.0.0.1:34567}, with the path prefix} */
    public URI uri() {
        boolean any = options.host.equals("0.0.0.0") || options.host.equals("::");
        String host = any ? "127.0.0.1" : options.host;
        return URI.create((tls == null ? "http://" : "https://") + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + listener.port() + options.pathPrefix);
    }

    /** {@return the bearer token that lets a client in; null when the caller brought an authenticator of its own} */
    public @Nullable String token() {
        return token;
    }

    /** {@return the keys that this server shows; null over plain HTTP} */
    public @Nullable TlsIdentity tls() {
        return tls;
    }

    CompletionStage<HttpDecision> decide(HttpRequest request) {
        return surface.decide(request);
    }

    Listener listener() {
        return listener;
    }

    /** {@return how many sessions are open} */
    public int liveSessions() {
        return sessions.size();
    }

    /**
     * Writes a kubeconfig that stock kubectl uses as it is: this server, its CA, its token.
     *
     * @param file written at once and whole, readable by its owner only, and never over a file that was not written so
     * @throws IOException if it cannot be written, or is somebody else's
     */
    public void writeKubeconfig(Path file) throws IOException {
        writeKubeconfig(file, token);
    }

    /**
     * Writes a kubeconfig for one of the callers that an {@link Authenticator} of the user's knows.
     *
     * @param file as {@link #writeKubeconfig(Path)} has it
     * @param callerToken what the authenticator knows the caller by; null leaves the token out
     * @throws IOException if it cannot be written, or is somebody else's
     */
    public void writeKubeconfig(Path file, @Nullable String callerToken) throws IOException {
        new KubeconfigWriter(file).write(uri(), tls == null ? null : tls.caPem(), callerToken);
    }

    /** Closes with five seconds for the sessions. */
    @Override
    public void close() {
        close(Duration.ofSeconds(5));
    }

    /**
     * Stops: accepts no more, tells every session that the server goes away, waits for their processes to end by their
     * policy, and ends the threads. The target is its owner's to close.
     *
     * @param bound how long to wait for the sessions
     */
    public void close(Duration bound) {
        synchronized (closed) {
            if (closed.getCount() == 0) {
                return;
            }
            closed.countDown();
        }
        listener.stopAccepting();
        sessions.values().forEach(session -> session.breakOff(SHUTTING_DOWN));
        awaitSessions(bound);
        sessions.values().forEach(Live::abandon);
        listener.close();
        timer.shutdown(); // stops what is periodic; from here on what is due later is run at once
        for (Runnable due : new ArrayList<>(timer.getQueue())) {
            due.run(); // The end of a process may wait there, and nobody else would end it.
        }
        timer.shutdownNow();
    }

    private void awaitSessions(Duration bound) {
        CountDownLatch over = new CountDownLatch(1);
        var check = timer.scheduleWithFixedDelay(
                () -> {
                    if (sessions.isEmpty()) {
                        over.countDown();
                    }
                },
                0,
                20,
                TimeUnit.MILLISECONDS);
        try {
            if (!over.await(bound.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.warn("{} sessions did not end within {}", sessions.size(), bound);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            check.cancel(false);
        }
    }

    /** What a server is made of. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port;
        private boolean listens;
        private @Nullable TlsIdentity tls;
        private boolean plain;
        private @Nullable Authenticator authenticator;
        private @Nullable String token;
        private Authorizer authorizer = Authorizer.allowAll();
        private PodCatalog pods = PodCatalog.of();
        private @Nullable ExecTarget exec;
        private HostPolicy hosts = HostPolicy.loopback();
        private ServerLimits limits = ServerLimits.defaults();
        private SessionListener listener = new SessionListener() {};
        private String pathPrefix = "";
        private List<Subprotocol> subprotocols = KubernetesSurface.EXEC_SUBPROTOCOLS;
        private boolean kubeletPaths;
        private final Map<String, WebSocketEndpoint> endpoints = new LinkedHashMap<>();
        private WebSocketSettings webSocket = WebSocketSettings.server();
        private Executor executor = Builder::onThreadOfItsOwn;

        private Builder() {}

        private static void onThreadOfItsOwn(Runnable session) {
            Thread thread = new Thread(session, "wsstream-endpoint");
            thread.setDaemon(true);
            thread.start();
        }

        /**
         * Where to listen.
         *
         * @param host a name or address; default loopback. Off loopback, name the host in {@link #hosts}
         * @param port 0 to 65535; 0, the default, takes a free one
         * @return this
         */
        public Builder listen(String host, int port) {
            this.host = host;
            this.port = port;
            this.listens = true;
            return this;
        }

        /**
         * Shows these keys; without, a certificate is generated, whose CA goes into the kubeconfig.
         *
         * @param identity certificate and key
         * @return this
         */
        public Builder tls(TlsIdentity identity) {
            tls = identity;
            return this;
        }

        /**
         * Serves plain HTTP: for loopback, or behind a proxy that has the keys.
         *
         * @return this
         */
        public Builder plainHttp() {
            plain = true;
            return this;
        }

        /**
         * Lets in whom this token names; without, a random one is made.
         *
         * @param bearer the token
         * @return this
         */
        public Builder token(String bearer) {
            token = bearer;
            return this;
        }

        /**
         * Decides who a caller is, instead of a token.
         *
         * @param who the rule
         * @return this
         */
        public Builder authenticator(Authenticator who) {
            authenticator = who;
            return this;
        }

        /**
         * Decides what a caller may.
         *
         * @param may the rule; default: everything
         * @return this
         */
        public Builder authorizer(Authorizer may) {
            authorizer = may;
            return this;
        }

        /**
         * Says which pods there are.
         *
         * @param catalog asked on every request; default: none
         * @return this
         */
        public Builder pods(PodCatalog catalog) {
            pods = catalog;
            return this;
        }

        /**
         * Serves exec. Until this is called no command runs.
         *
         * @param target the caller's to close, after the server
         * @return this
         */
        public Builder exec(ExecTarget target) {
            exec = target;
            return this;
        }

        /**
         * Under which names the server answers, and to which web pages.
         *
         * @param policy default: loopback names, those of the certificate, and no foreign page
         * @return this
         */
        public Builder hosts(HostPolicy policy) {
            hosts = policy;
            return this;
        }

        /**
         * How much the server takes on.
         *
         * @param bounds the bounds
         * @return this
         */
        public Builder limits(ServerLimits bounds) {
            limits = bounds;
            return this;
        }

        /**
         * Who hears of sessions.
         *
         * @param hears told of each
         * @return this
         */
        public Builder listener(SessionListener hears) {
            listener = hears;
            return this;
        }

        /**
         * A path before every path.
         *
         * @param prefix empty, or with a leading slash and without a trailing one
         * @return this
         */
        public Builder pathPrefix(String prefix) {
            if (!prefix.isEmpty() && (!prefix.startsWith("/") || prefix.endsWith("/"))) {
                throw new IllegalArgumentException(
                        "path prefix \"" + prefix + "\"; expected a leading slash and no trailing one, such as /k8s");
            }
            pathPrefix = prefix;
            return this;
        }

        /**
         * What exec speaks. Clients choose: the first of their list that is among these.
         *
         * @param served one or more; default: all but v2 and v3, which no other server has
         * @return this
         */
        public Builder subprotocols(Subprotocol... served) {
            subprotocols = List.of(served);
            if (subprotocols.isEmpty()) {
                throw new IllegalArgumentException("no subprotocol; expected at least one");
            }
            return this;
        }

        /**
         * Lets exec be reached by the paths of a kubelet too, {@code /exec/NAMESPACE/POD/CONTAINER?output=1&command=...}.
         *
         * @return this
         */
        public Builder kubeletPaths() {
            kubeletPaths = true;
            return this;
        }

        /**
         * Serves a WebSocket of the program's own.
         *
         * @param path where, below the path prefix, such as {@code /my/stream}: segments of letters, digits, '.', '_', '~',
         *     '-'; none that Kubernetes has
         * @param endpoint what
         * @return this
         */
        public Builder endpoint(String path, WebSocketEndpoint endpoint) {
            if (!path.matches("(/[A-Za-z0-9._~-]+)+") || RESERVED.contains(path.split("/", -1)[1])) {
                throw new IllegalArgumentException("path \"" + path
                        + "\"; expected /segments of letters, digits, '.', '_', '~', '-', not beginning with one of "
                        + RESERVED);
            }
            if (endpoints.putIfAbsent(path, endpoint) != null) {
                throw new IllegalArgumentException("two endpoints at " + path);
            }
            return this;
        }

        /**
         * Runs the handlers of endpoints that may block.
         *
         * @param threads takes one task for each connection, for as long as that lasts; default: a thread for each
         * @return this
         */
        public Builder executor(Executor threads) {
            executor = threads;
            return this;
        }

        /**
         * The bounds of each WebSocket: pings, silence, idleness, stalls, the linger after a Close.
         *
         * @param bounds default: {@link WebSocketSettings#server}; the largest message is the smaller of theirs and that of
         *     {@link #limits}
         * @return this
         */
        public Builder webSocket(WebSocketSettings bounds) {
            webSocket = bounds;
            return this;
        }

        private WebSocketSettings settings() {
            return webSocket.withMaxMessageBytes(Math.min(webSocket.maxMessageBytes(), limits.maxMessageBytes()));
        }

        /**
         * Starts the server.
         *
         * @return it listens when this returns
         * @throws IOException if the address cannot be listened on
         */
        public WsStreamServer start() throws IOException {
            TlsIdentity identity = plain ? null : tls != null ? tls : TlsIdentity.generate(List.of());
            WsStreamServer started = new WsStreamServer(
                    this,
                    identity,
                    (timer, surface, sessions) -> new TyrusListener(
                            host,
                            port,
                            identity == null ? null : identity.sslContext(),
                            limits,
                            settings(),
                            pathPrefix,
                            endpoints.keySet(),
                            timer,
                            surface::decide,
                            sessions));
            LOG.info("listening on {}", started.uri());
            return started;
        }

        /**
         * Makes the same server without a listener, for a Jakarta WebSocket container of the program's own.
         *
         * @return its endpoints, to be deployed there
         * @throws IllegalStateException if this says where to listen, or with which keys: that is the container's
         */
        public JakartaServer inContainer() {
            if (listens || plain || tls != null) {
                throw new IllegalStateException(
                        "listen, tls and plainHttp are the container's to decide; leave them out");
            }
            return new JakartaServer(this);
        }

        JakartaListener listenIn(
                ScheduledExecutorService timer, KubernetesSurface surface, Listener.Sessions sessions) {
            Map<String, Collection<String>> paths = new LinkedHashMap<>();
            List<String> names =
                    subprotocols.stream().map(Subprotocol::wireName).toList();
            paths.put(Listener.EXEC_PATH, names);
            if (kubeletPaths) {
                paths.put("/exec/{namespace}/{pod}/{container}", names);
                paths.put("/exec/{namespace}/{pod}/{uid}/{container}", names);
            }
            endpoints.forEach((path, endpoint) -> paths.put(path, endpoint.subprotocols()));
            return new JakartaListener(paths, limits.handshakeTimeout(), settings(), timer, surface::decide, sessions);
        }
    }
}
