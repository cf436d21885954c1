package io.wsstream.server.tyrus;

import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.server.rest.HttpDecision;
import io.wsstream.server.rest.HttpRequest;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpContent;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.HttpResponsePacket;
import org.glassfish.grizzly.http.Protocol;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.tyrus.core.CloseReasons;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusUpgradeResponse;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.UpgradeRequest;
import org.glassfish.tyrus.spi.WebSocketEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the HTTP path: lets the surface decide each request, answers it, or has Tyrus do the handshake and hands the
 * connection over.
 *
 * <p>No body is ever read: after a request with one, as after every refusal, the connection ends.
 *
 * <p><b>Threads:</b> selectors; the rest of an undecided request on whatever thread decides it.
 */
final class RequestFilter extends BaseFilter {
    private static final Logger LOG = LoggerFactory.getLogger(RequestFilter.class);

    /** The surface counts as well, but two requests may pass it at once. */
    private static final HttpDecision.Answer TOO_MANY_SESSIONS = refusal(
            429,
            "TooManyRequests",
            "this server has reached its limit of sessions; end one, or try again in a few seconds");

    /** Makes sessions of upgraded connections. */
    interface Opener {
        TyrusExecEndpoint.Upgrade upgrade(HttpDecision.Upgrade decision, GrizzlyLink link);
    }

    private final Function<HttpRequest, CompletionStage<HttpDecision>> surface;
    private final ByteFilter connections;
    private final WebSocketEngine engine;
    private final Opener opener;
    private final String pathPrefix;

    RequestFilter(
            Function<HttpRequest, CompletionStage<HttpDecision>> surface,
            ByteFilter connections,
            WebSocketEngine engine,
            String pathPrefix,
            Opener opener) {
        this.surface = surface;
        this.connections = connections;
        this.engine = engine;
        this.pathPrefix = pathPrefix;
        this.opener = opener;
    }

    @Override
    public NextAction handleRead(FilterChainContext context) {
        HttpContent message = context.getMessage();
        HttpRequestPacket packet = (HttpRequestPacket) message.getHttpHeader();
        HttpRequest request = HttpExchange.request(packet);
        CompletableFuture<HttpDecision> decision = surface.apply(request).toCompletableFuture();
        if (decision.isDone()) {
            return proceed(context, message, packet, request, decision);
        }
        NextAction suspend = context.getSuspendAction();
        context.suspend();
        var unused = decision.whenComplete(
                (done, failure) -> context.resume(proceed(context, message, packet, request, decision)));
        return suspend;
    }

    private NextAction proceed(
            FilterChainContext context,
            HttpContent message,
            HttpRequestPacket packet,
            HttpRequest request,
            CompletableFuture<HttpDecision> decision) {
        HttpDecision made = decision.exceptionally(failure -> {
                    LOG.warn("a request could not be decided: {}", request, failure);
                    return refusal(500, "InternalError", "the server failed to decide; see its log");
                })
                .join();
        if (made instanceof HttpDecision.Upgrade upgrade) {
            return upgrade(context, message, packet, request, upgrade);
        }
        return answer(context, packet, (HttpDecision.Answer) made);
    }

    private NextAction upgrade(
            FilterChainContext context,
            HttpContent message,
            HttpRequestPacket packet,
            HttpRequest request,
            HttpDecision.Upgrade decision) {
        NIOConnection connection = (NIOConnection) context.getConnection();
        GrizzlyLink link = new GrizzlyLink(connection, request.secure(), connections);
        TyrusExecEndpoint.Upgrade opened = opener.upgrade(decision, link);
        if (!opened.reserve()) {
            return answer(context, packet, TOO_MANY_SESSIONS);
        }
        TyrusUpgradeResponse response = new TyrusUpgradeResponse();
        WebSocketEngine.UpgradeInfo info = handshake(request, decision, opened, response);
        if (info == null) {
            opened.refused();
            return answer(context, packet, refusal(500, "InternalError", "the handshake failed; see the server's log"));
        }
        writeSwitch(context, packet, response);
        connections.upgrade(connection, link);
        try {
            Connection tyrus = info.createConnection(new TyrusWriter(), reason -> {});
            ByteFilter.whenClosed(connection, () -> tyrus.close(CloseReasons.GOING_AWAY.getCloseReason()));
        } finally {
            if (!opened.isOpened()) { // and Tyrus keeps to itself what its endpoint threw
                opened.refused();
                LOG.warn("no session came of {}", request);
                link.abort();
            }
        }
        Buffer early = message.getContent();
        link.give(early);
        message.recycle();
        return link.isPaused() ? link.park(context) : context.getStopAction();
    }

    /** Returns null if it failed, which is a bug: every rule was checked before. */
    private WebSocketEngine.@Nullable UpgradeInfo handshake(
            HttpRequest request,
            HttpDecision.Upgrade decision,
            TyrusExecEndpoint.Upgrade opened,
            TyrusUpgradeResponse response) {
        try {
            WebSocketEngine.UpgradeInfo info = engine.upgrade(tyrusRequest(request, decision, opened), response);
            if (info.getStatus() == WebSocketEngine.UpgradeStatus.SUCCESS && response.getStatus() == 101) {
                return info;
            }
            LOG.warn("Tyrus refused a handshake that was let in: {} {}", response.getStatus(), request);
        } catch (RuntimeException bug) {
            LOG.warn("the handshake failed: {}", request, bug);
        }
        return null;
    }

    private UpgradeRequest tyrusRequest(
            HttpRequest request, HttpDecision.Upgrade decision, TyrusExecEndpoint.Upgrade opened) {
        String path = pathPrefix + decision.path();
        int query = request.target().indexOf('?');
        RequestContext result = RequestContext.Builder.create()
                .requestURI(URI.create(path))
                .queryString(query < 0 ? "" : request.target().substring(query + 1))
                .httpSession(opened)
                .secure(request.secure())
                .remoteAddr(request.peer().getAddress().getHostAddress())
                .parameterMap(Map.of())
                .tyrusProperties(Map.of())
                .build();
        request.headers().forEach((name, values) -> {
            if (!name.startsWith("sec-websocket-")
                    && !name.equals("authorization")
                    && !name.equals("connection")
                    && !name.equals("upgrade")) {
                result.getHeaders().put(name, values);
            }
        });
        // Tyrus compares these two as a whole; ours were decided on as the lists that they are.
        result.getHeaders().put("Connection", List.of("Upgrade"));
        result.getHeaders().put("Upgrade", List.of("websocket"));
        result.getHeaders()
                .put(
                        "Sec-WebSocket-Key",
                        List.of(request.firstHeader("sec-websocket-key").orElse("")));
        result.getHeaders().put("Sec-WebSocket-Version", List.of("13"));
        if (!decision.selectedSubprotocol().isEmpty()) {
            result.getHeaders().put("Sec-WebSocket-Protocol", List.of(decision.selectedSubprotocol()));
        }
        return result;
    }

    private NextAction answer(FilterChainContext context, HttpRequestPacket packet, HttpDecision.Answer decided) {
        boolean last = decided.status() >= 400
                || packet.isExpectContent()
                || packet.isContentBroken()
                || !packet.getProcessingState().isKeepAlive();
        context.write(response(context, packet, decided, last));
        if (last) {
            connections.end((NIOConnection) context.getConnection());
        } else {
            connections.answered(context.getConnection());
        }
        return context.getStopAction();
    }

    /** A response as it goes to the codec. */
    static HttpContent response(
            FilterChainContext context, HttpRequestPacket packet, HttpDecision.Answer answer, boolean last) {
        HttpResponsePacket response = packet.getResponse();
        response.setProtocol(Protocol.HTTP_1_1);
        response.setStatus(answer.status());
        // Not by setHeader: for a request to upgrade, Grizzly drops the Content-Type that it takes aside there.
        answer.headers()
                .forEach((name, value) -> response.getHeaders().setValue(name).setString(value));
        if (last) {
            response.setHeader("Connection", "close");
        }
        response.setContentLength(answer.body().length);
        byte[] body = packet.isHeadRequest() ? new byte[0] : answer.body();
        return HttpContent.builder(response)
                .content(Buffers.wrap(context.getMemoryManager(), body))
                .last(true)
                .build();
    }

    static HttpDecision.Answer refusal(int code, String reason, String message) {
        return new HttpDecision.Answer(
                code,
                Map.of("Content-Type", "application/json"),
                StatusCodec.encodeForHttp(Status.failure(code, reason, message)));
    }

    private static void writeSwitch(
            FilterChainContext context, HttpRequestPacket packet, TyrusUpgradeResponse response) {
        HttpResponsePacket answer = packet.getResponse();
        answer.setProtocol(Protocol.HTTP_1_1);
        answer.setStatus(101);
        response.getHeaders().forEach((name, values) -> answer.setHeader(name, String.join(", ", values)));
        context.write(HttpContent.builder(answer).build());
    }
}
