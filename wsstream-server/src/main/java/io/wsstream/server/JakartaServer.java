package io.wsstream.server;

import io.wsstream.server.rest.HttpDecision;
import io.wsstream.server.rest.HttpRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A {@link WsStreamServer} inside a Jakarta WebSocket container of the program's own (stock Tyrus, Tomcat, Jetty, Undertow):
 * the container listens, and what comes after its 101 is ours.
 *
 * <pre>{@code
 * JakartaServer server = WsStreamServer.builder()
 *         .pods(PodCatalog.of(Pod.of("local", "main")))
 *         .exec(processes)
 *         .inContainer();
 * for (ServerEndpointConfig endpoint : server.endpoints()) {
 *     container.addEndpoint(endpoint);
 * }
 * }</pre>
 *
 * <p>What a container cannot do, and our own listener can: answer a refused handshake with the right status (it refuses in
 * a way of its own, unless a filter before it asks {@link #decide}); stop reading without keeping a thread (while input
 * waits for its target the container's thread waits in the message handler, one for each such session); wait for the
 * peer's Close before it ends the TCP connection. It does not tell us where a request comes from either.
 *
 * <p><b>Threads:</b> the container's, {@code wsstream-timer}, and {@code wsstream-jakarta-N} for calls of the container that
 * may block. <b>Blocking:</b> {@link #close}, by its bounds.
 */
public final class JakartaServer implements AutoCloseable {
    private final WsStreamServer server;

    JakartaServer(WsStreamServer.Builder options) {
        try {
            this.server = new WsStreamServer(options, null, options::listenIn);
        } catch (IOException impossible) {
            throw new UncheckedIOException("nothing listens here", impossible);
        }
    }

    /**
     * What to deploy: by {@code ServerContainer.addEndpoint}, or from a {@code ServerApplicationConfig}.
     *
     * @return exec at {@code /api/v1/namespaces/{namespace}/pods/{pod}/exec}, and the endpoints of the builder
     */
    public Set<ServerEndpointConfig> endpoints() {
        return server.listener().endpoints();
    }

    /**
     * Decides a request as the listener of a {@link WsStreamServer} does: for a filter before the container, which then
     * answers as a Kubernetes API server. The endpoints decide again by themselves; the filter is not relied upon.
     *
     * @param request its head; a body is never looked at
     * @return what to answer, or an upgrade that is to be handed on to the container; never fails
     */
    public CompletionStage<HttpDecision> decide(HttpRequest request) {
        return server.decide(request);
    }

    /** {@return the bearer token that lets a client in; null when the caller brought an authenticator of its own} */
    public @Nullable String token() {
        return server.token();
    }

    /** {@return how many sessions are open} */
    public int liveSessions() {
        return server.liveSessions();
    }

    /** Closes with five seconds for the sessions. */
    @Override
    public void close() {
        server.close();
    }

    /**
     * Stops: lets nobody in any more, tells every session that the server goes away, waits, and ends the threads. To be
     * called before the container stops.
     *
     * @param bound how long to wait for the sessions
     */
    public void close(Duration bound) {
        server.close(bound);
    }
}
