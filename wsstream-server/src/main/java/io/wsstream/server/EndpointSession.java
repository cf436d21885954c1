package io.wsstream.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.transport.Transport;
import io.wsstream.core.websocket.CloseCode;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a {@link WebSocketEndpoint}: over when its handler has returned and its connection has ended.
 *
 * <p><b>Threads:</b> any; the handler on the executor's. <b>Blocking:</b> none but the handler.
 */
final class EndpointSession {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointSession.class);

    private final EndpointRequest request;
    private final WebSocketEndpoint endpoint;
    private final WebSocketEndpoint.Connection connection;
    private final Executor executor;
    private final Consumer<SessionOutcome> onEnd;
    private final long openedNanos = System.nanoTime();

    /** Protects what is known of both sides; nothing is called under it but an interrupt. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable Thread serving;

    @GuardedBy("lock")
    private boolean handlerDone;

    @GuardedBy("lock")
    private boolean connectionOver;

    @GuardedBy("lock")
    private String outcome = "";

    EndpointSession(
            EndpointRequest request,
            WebSocketEndpoint endpoint,
            Transport transport,
            Executor executor,
            Consumer<SessionOutcome> onEnd) {
        this.request = request;
        this.endpoint = endpoint;
        this.connection = endpoint.open(request, transport);
        this.executor = executor;
        this.onEnd = onEnd;
    }

    void begin() {
        connection.ending().onEnd(this::connectionEnded);
        connection.start().run();
        if (!endpoint.isBlocking()) {
            serve();
            return;
        }
        try {
            executor.execute(this::serve);
        } catch (RejectedExecutionException full) {
            LOG.warn("session {}: no thread for {}", request.sessionId(), request, full);
            decide("no thread to serve it");
            connection.closing().close(CloseCode.INTERNAL_ERROR, "the server has no thread for this connection");
            synchronized (lock) {
                handlerDone = true;
            }
            reportIfOver();
        }
    }

    private void serve() {
        synchronized (lock) {
            serving = Thread.currentThread();
        }
        try {
            connection.serving().serve();
            if (endpoint.isBlocking()) {
                decide("served");
                connection.closing().close(CloseCode.NORMAL, "");
            }
        } catch (Exception | Error failed) {
            decide("the handler failed: " + failed);
            fail(failed);
        } finally {
            synchronized (lock) {
                serving = null;
                handlerDone = true;
            }
            reportIfOver();
        }
    }

    private void fail(Throwable failed) {
        boolean over;
        synchronized (lock) {
            over = connectionOver;
        }
        if (over || failed instanceof ConnectionLostException) {
            LOG.debug("session {}: {} ended with its connection", request.sessionId(), request, failed);
        } else {
            LOG.warn("session {}: the handler of {} failed", request.sessionId(), request, failed);
        }
        connection.closing().close(CloseCode.INTERNAL_ERROR, "the handler of this endpoint failed");
    }

    /** The server goes away. */
    void breakOff(String reason) {
        decide(reason);
        connection.closing().close(CloseCode.GOING_AWAY, reason);
    }

    /** Nobody waits for the handler any more. */
    void abandon() {
        synchronized (lock) {
            if (serving != null) {
                serving.interrupt();
            }
        }
    }

    /** What ends a session first is how it ended. */
    private void decide(String how) {
        synchronized (lock) {
            if (outcome.isEmpty()) {
                outcome = how;
            }
        }
    }

    private void connectionEnded(@Nullable WsStreamException failure) {
        decide(failure == null ? "the client closed the connection" : String.valueOf(failure.getMessage()));
        synchronized (lock) {
            connectionOver = true;
        }
        reportIfOver();
    }

    private void reportIfOver() {
        SessionOutcome report;
        synchronized (lock) {
            if (!handlerDone || !connectionOver) {
                return;
            }
            report = new SessionOutcome(
                    outcome, OptionalInt.empty(), 0, 0, Duration.ofNanos(System.nanoTime() - openedNanos));
        }
        onEnd.accept(report);
    }
}
