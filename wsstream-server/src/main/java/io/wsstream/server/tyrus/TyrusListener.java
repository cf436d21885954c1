package io.wsstream.server.tyrus;

import io.wsstream.core.websocket.Role;
import io.wsstream.core.websocket.Trickle;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import io.wsstream.server.ServerLimits;
import io.wsstream.server.internal.Listener;
import io.wsstream.server.rest.HttpDecision;
import io.wsstream.server.rest.HttpRequest;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Session;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.glassfish.grizzly.asyncqueue.AsyncQueueWriter;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.HttpServerFilter;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.memory.HeapMemoryManager;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.nio.transport.TCPNIOTransportBuilder;
import org.glassfish.grizzly.ssl.SSLEngineConfigurator;
import org.glassfish.grizzly.strategies.SameThreadIOStrategy;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on one address: HTTP requests are decided and answered, upgraded connections become sessions.
 *
 * <p><b>Threads:</b> {@code wsstream-io-N}, one selector per processor, and the caller's timer once a second.
 * <b>Blocking:</b> {@link #close} up to two seconds. <b>Memory:</b> 512 KiB of read buffers per selector; per
 * connection what its session queues.
 */
public final class TyrusListener implements Listener {
    private static final Logger LOG = LoggerFactory.getLogger(TyrusListener.class);
    private static final int READ_BUFFER_BYTES = 256 * 1024;

    /** Each selector keeps that much for reads: one, and as much again as TLS makes of it. More would be garbage each time. */
    private static final int POOLED_BYTES = 2 * READ_BUFFER_BYTES;

    private final HttpServer server = new HttpServer();
    private final NetworkListener listener;
    private final TyrusContainer container;
    private final ByteFilter connections;
    private final Set<WebSocketTransport> transports = ConcurrentHashMap.newKeySet();
    private final ScheduledFuture<?> ticks;
    private final WebSocketSettings settings;
    private final Trickle trickle = Trickle.server();
    private final Sessions sessions;

    /**
     * Begins to listen.
     *
     * @param host a name or address
     * @param port 0 takes a free one
     * @param tls the server's keys, or null for plain HTTP
     * @param limits the bounds
     * @param settings the bounds of each WebSocket
     * @param pathPrefix before every path; empty, or with a leading slash and without a trailing one
     * @param endpoints the paths below it that are upgraded besides exec
     * @param timer runs short tasks
     * @param surface decides requests
     * @param sessions takes upgraded connections
     * @throws IOException if the address cannot be listened on
     */
    public TyrusListener(
            String host,
            int port,
            @Nullable SSLContext tls,
            ServerLimits limits,
            WebSocketSettings settings,
            String pathPrefix,
            Collection<String> endpoints,
            ScheduledExecutorService timer,
            Function<HttpRequest, CompletionStage<HttpDecision>> surface,
            Sessions sessions)
            throws IOException {
        this.settings = settings;
        this.sessions = sessions;
        this.connections = new ByteFilter(limits);
        this.container = new TyrusContainer(pathPrefix.isEmpty() ? "/" : pathPrefix);
        try {
            container.register(TyrusExecEndpoint.config(EXEC_PATH));
            for (String path : endpoints) {
                container.register(TyrusExecEndpoint.config(path));
            }
        } catch (DeploymentException impossible) {
            throw new IllegalStateException("an endpoint is not deployable", impossible);
        }
        this.listener = new NetworkListener("wsstream", host, port);
        listener.setTransport(transport());
        listener.setMaxHttpHeaderSize(limits.maxRequestHeadBytes());
        listener.getKeepAlive().setIdleTimeoutInSeconds(-1);
        listener.getFileCache().setEnabled(false);
        if (tls != null) {
            listener.setSecure(true);
            listener.setSSLEngineConfig(new SSLEngineConfigurator(tls, false, false, false));
        }
        HttpCodec codec = new HttpCodec(limits, listener, connections);
        RequestFilter requests =
                new RequestFilter(surface, connections, container.getWebSocketEngine(), pathPrefix, Upgraded::new);
        listener.registerAddOn((network, chain) -> insert(chain, codec, requests));
        server.addListener(listener);
        try {
            server.start();
        } catch (IOException failed) {
            server.shutdownNow();
            container.stop();
            throw new IOException("cannot listen on " + host + ":" + port + ": " + failed.getMessage(), failed);
        }
        this.ticks = timer.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    private void insert(FilterChainBuilder chain, HttpCodec codec, RequestFilter requests) {
        int codecs = chain.indexOfType(org.glassfish.grizzly.http.HttpServerFilter.class);
        chain.set(codecs, codec);
        chain.add(codecs, connections);
        chain.set(chain.indexOfType(HttpServerFilter.class), requests);
    }

    private static TCPNIOTransport transport() {
        int selectors = Runtime.getRuntime().availableProcessors();
        TCPNIOTransport made = TCPNIOTransportBuilder.newInstance()
                .setIOStrategy(SameThreadIOStrategy.getInstance())
                .setSelectorRunnersCount(selectors)
                .setSelectorThreadPoolConfig(ThreadPoolConfig.defaultConfig()
                        .setPoolName("wsstream-io")
                        .setDaemon(true)
                        .setCorePoolSize(selectors)
                        .setMaxPoolSize(selectors))
                .setTcpNoDelay(true)
                .setKeepAlive(true)
                .setReuseAddress(true)
                .setReadBufferSize(READ_BUFFER_BYTES)
                .setMemoryManager(new HeapMemoryManager(POOLED_BYTES))
                .build();
        // Our transports bound what they queue.
        made.getAsyncQueueIO().getWriter().setMaxPendingBytesPerConnection(AsyncQueueWriter.UNLIMITED_SIZE);
        return made;
    }

    @Override
    public int port() {
        return listener.getPort();
    }

    private void tick() {
        try {
            long now = System.nanoTime();
            connections.sweep(now);
            for (WebSocketTransport transport : transports) {
                transport.tick(now);
            }
        } catch (RuntimeException bug) {
            LOG.warn("a tick failed", bug); // or the timer would never call again
        }
    }

    @Override
    public void stopAccepting() {
        listener.getTransport().unbindAll();
    }

    @Override
    public void close() {
        ticks.cancel(false);
        server.shutdownNow();
        container.stop();
    }

    /** A connection on its way through the handshake, and the session that comes of it. */
    private final class Upgraded implements TyrusExecEndpoint.Upgrade {
        private final HttpDecision.Upgrade decision;
        private final GrizzlyLink link;
        private final WebSocketTransport transport;
        private boolean opened; // owner: whoever upgrades

        Upgraded(HttpDecision.Upgrade decision, GrizzlyLink link) {
            this.decision = decision;
            this.link = link;
            this.transport = new WebSocketTransport(Role.SERVER, link, settings, trickle);
        }

        @Override
        public boolean reserve() {
            return sessions.reserve();
        }

        @Override
        public void opened(Session session) {
            link.bind(transport);
            transports.add(transport);
            ByteFilter.whenClosed(link.connection(), () -> {
                transports.remove(transport);
                transport.linkClosed(null);
            });
            sessions.open(decision, transport);
            opened = true;
        }

        @Override
        public boolean isOpened() {
            return opened;
        }

        @Override
        public void refused() {
            sessions.release();
        }

        @Override
        public void closed() {
            // The transport hears of the end from its link.
        }
    }
}
