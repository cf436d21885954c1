package io.wsstream.server.jakarta;

import io.wsstream.core.websocket.CloseCode;
import io.wsstream.core.websocket.Role;
import io.wsstream.core.websocket.Trickle;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import io.wsstream.server.internal.Listener;
import io.wsstream.server.rest.HttpDecision;
import io.wsstream.server.rest.HttpRequest;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings connections from a Jakarta WebSocket container, which listens in our stead: its endpoints, to be deployed there.
 *
 * <p><b>Threads:</b> the container's; {@code wsstream-jakarta-N} for calls of the container that may block, at most two for
 * each session and mostly none; the caller's timer once a second.
 */
public final class JakartaListener implements Listener {
    /** Where a handshake leaves its decision for the session that comes of it. */
    static final String UPGRADE = JakartaListener.class.getName() + ".upgrade";

    private static final Logger LOG = LoggerFactory.getLogger(JakartaListener.class);

    /** Jakarta does not tell where a request comes from. */
    private static final InetSocketAddress UNKNOWN_PEER = InetSocketAddress.createUnresolved("unknown", 0);

    private final Duration handshakeTimeout;
    private final WebSocketSettings settings;
    private final Function<HttpRequest, CompletionStage<HttpDecision>> surface;
    private final Sessions sessions;
    private final Trickle trickle = Trickle.server();
    private final Set<ServerEndpointConfig> endpoints;
    private final Map<SessionLink, WebSocketTransport> open = new ConcurrentHashMap<>();
    private final ExecutorService blocking;
    private final ScheduledFuture<?> ticks;
    private volatile boolean accepting = true;

    /**
     * Begins to tick; connections come once the endpoints are deployed.
     *
     * @param paths each path, as a template, with the subprotocols that are served there
     * @param handshakeTimeout how long a request may take to be decided
     * @param settings the bounds of each WebSocket
     * @param timer runs short tasks
     * @param surface decides requests
     * @param sessions takes upgraded connections
     */
    public JakartaListener(
            Map<String, ? extends Collection<String>> paths,
            Duration handshakeTimeout,
            WebSocketSettings settings,
            ScheduledExecutorService timer,
            Function<HttpRequest, CompletionStage<HttpDecision>> surface,
            Sessions sessions) {
        this.handshakeTimeout = handshakeTimeout;
        this.settings = settings;
        this.surface = surface;
        this.sessions = sessions;
        this.endpoints = paths.entrySet().stream()
                .map(path -> endpoint(path.getKey(), path.getValue()))
                .collect(Collectors.toUnmodifiableSet());
        AtomicInteger number = new AtomicInteger();
        this.blocking = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "wsstream-jakarta-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
        this.ticks = timer.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public Set<ServerEndpointConfig> endpoints() {
        return endpoints;
    }

    private ServerEndpointConfig endpoint(String path, Collection<String> subprotocols) {
        return ServerEndpointConfig.Builder.create(SessionEndpoint.class, path)
                .subprotocols(
                        subprotocols.stream().filter(name -> !name.isEmpty()).toList())
                .configurator(new Handshake(this))
                .build();
    }

    HttpDecision.Upgrade decide(HandshakeRequest request) {
        if (!accepting) {
            throw new HandshakeRefusedException("this server is shutting down");
        }
        HttpDecision decision;
        try {
            decision = surface.apply(http(request))
                    .toCompletableFuture()
                    .get(handshakeTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw new HandshakeRefusedException("the request was not decided within " + handshakeTimeout);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new HandshakeRefusedException("the container is shutting down");
        } catch (ExecutionException bug) {
            LOG.warn("a request could not be decided", bug);
            throw new HandshakeRefusedException("the server failed to decide; see its log");
        }
        if (decision instanceof HttpDecision.Upgrade upgrade) {
            return upgrade;
        }
        HttpDecision.Answer answer = (HttpDecision.Answer) decision;
        throw new HandshakeRefusedException(answer.status() + " " + new String(answer.body(), StandardCharsets.UTF_8));
    }

    private static HttpRequest http(HandshakeRequest request) {
        String query = request.getQueryString();
        String target = request.getRequestURI().getRawPath() + (query == null || query.isEmpty() ? "" : "?" + query);
        String scheme = request.getRequestURI().getScheme(); // which not every container tells
        boolean secure = "https".equalsIgnoreCase(scheme) || "wss".equalsIgnoreCase(scheme);
        return new HttpRequest("GET", target, request.getHeaders(), UNKNOWN_PEER, secure, List.of());
    }

    SessionLink link(Session session) {
        return new SessionLink(session, blocking);
    }

    void opened(Session session, SessionLink link) {
        if (!(session.getUserProperties().get(UPGRADE) instanceof HttpDecision.Upgrade upgrade)) {
            LOG.warn("a session came without what its handshake decided; the container loses user properties");
            link.closeSession(CloseCode.INTERNAL_ERROR, "the handshake was lost");
            return;
        }
        if (!sessions.reserve()) {
            link.closeSession(CloseCode.TRY_AGAIN_LATER, "this server has reached its limit of sessions");
            return;
        }
        WebSocketTransport transport = new WebSocketTransport(Role.SERVER, link, settings, trickle);
        open.put(link, transport);
        link.bind(transport, () -> open.remove(link));
        boolean opened = false;
        try {
            sessions.open(upgrade, transport);
            opened = true;
        } finally {
            if (!opened) {
                sessions.release();
                link.abort();
            }
        }
    }

    private void tick() {
        try {
            long now = System.nanoTime();
            open.values().forEach(transport -> transport.tick(now));
        } catch (RuntimeException bug) {
            LOG.warn("a tick failed", bug); // or the timer would never call again
        }
    }

    @Override
    public int port() {
        return -1;
    }

    @Override
    public void stopAccepting() {
        accepting = false;
    }

    @Override
    public void close() {
        ticks.cancel(false);
        open.keySet().forEach(SessionLink::abort);
        blocking.shutdown();
    }
}
