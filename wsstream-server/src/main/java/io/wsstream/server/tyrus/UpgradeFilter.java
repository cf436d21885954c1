package io.wsstream.server.tyrus;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes WebSocket requests out of the HTTP path: lets the surface decide, has Tyrus do the handshake of those that are
 * let in, and hands the connection over. The others are refused here; what is no WebSocket request goes on.
 *
 * <p><b>Threads:</b> selectors; the rest of an undecided request on whatever thread decides it.
 */
final class UpgradeFilter extends BaseFilter {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradeFilter.class);

    /** The surface counts as well, but two requests may pass it at once. */
    private static final HttpDecision.Answer TOO_MANY_SESSIONS = SurfaceHandler.refusal(
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

    UpgradeFilter(
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
        if (!(message.getHttpHeader() instanceof HttpRequestPacket packet)) {
            return context.getInvokeAction();
        }
        HttpRequest request = HttpExchange.request(packet);
        if (!request.method().equals("GET") || !request.listHas("upgrade", "websocket")) {
            return context.getInvokeAction();
        }
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
                    return SurfaceHandler.refusal(500, "InternalError", "the server failed to decide; see its log");
                })
                .join();
        if (made instanceof HttpDecision.Upgrade upgrade) {
            return upgrade(context, message, packet, request, upgrade);
        }
        return refuse(context, packet, (HttpDecision.Answer) made);
    }

    private NextAction upgrade(
            FilterChainContext context,
            HttpContent message,
            HttpRequestPacket packet,
            HttpRequest request,
            HttpDecision.Upgrade decision) {
        NIOConnection connection = (NIOConnection) context.getConnection();
        GrizzlyLink link = new GrizzlyLink(connection, request.secure());
        TyrusExecEndpoint.Upgrade opened = opener.upgrade(decision, link);
        if (!opened.reserve()) {
            return refuse(context, packet, TOO_MANY_SESSIONS);
        }
        TyrusUpgradeResponse response = new TyrusUpgradeResponse();
        WebSocketEngine.UpgradeInfo info = engine.upgrade(tyrusRequest(request, decision, opened), response);
        if (info.getStatus() != WebSocketEngine.UpgradeStatus.SUCCESS || response.getStatus() != 101) {
            opened.refused();
            LOG.warn("Tyrus refused a handshake that was let in: {} {}", response.getStatus(), request);
            return refuse(
                    context,
                    packet,
                    SurfaceHandler.refusal(500, "InternalError", "the handshake failed; see the server's log"));
        }
        writeSwitch(context, packet, response);
        connections.upgrade(connection, link);
        Connection tyrus = info.createConnection(new TyrusWriter(), reason -> {});
        ByteFilter.whenClosed(connection, () -> tyrus.close(CloseReasons.GOING_AWAY.getCloseReason()));
        Buffer early = message.getContent();
        link.give(early);
        message.recycle();
        return link.isPaused() ? link.park(context) : context.getStopAction();
    }

    private UpgradeRequest tyrusRequest(
            HttpRequest request, HttpDecision.Upgrade decision, TyrusExecEndpoint.Upgrade opened) {
        String path = pathPrefix + "/api/v1/namespaces/" + decision.request().namespace() + "/pods/"
                + decision.request().pod() + "/exec";
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

    /** Answers here, and closes: Grizzly's packets are pooled, so nothing is left on one for a later filter to find. */
    private static NextAction refuse(
            FilterChainContext context, HttpRequestPacket packet, HttpDecision.Answer refusal) {
        HttpResponsePacket answer = packet.getResponse();
        answer.setProtocol(Protocol.HTTP_1_1);
        answer.setStatus(refusal.status());
        // Not by setHeader: for a request to upgrade, Grizzly drops the Content-Type that it takes aside there.
        refusal.headers()
                .forEach((name, value) -> answer.getHeaders().setValue(name).setString(value));
        answer.setHeader("Connection", "close");
        answer.setContentLength(refusal.body().length);
        context.write(HttpContent.builder(answer)
                .content(Buffers.wrap(context.getMemoryManager(), refusal.body()))
                .last(true)
                .build());
        context.getConnection().closeSilently();
        return context.getStopAction();
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
