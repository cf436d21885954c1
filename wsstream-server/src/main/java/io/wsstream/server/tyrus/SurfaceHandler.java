package io.wsstream.server.tyrus;

import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.server.rest.HttpDecision;
import io.wsstream.server.rest.HttpRequest;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.RequestExecutorProvider;
import org.glassfish.grizzly.http.server.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every request that is not upgraded. */
final class SurfaceHandler extends HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(SurfaceHandler.class);

    private final Function<HttpRequest, CompletionStage<HttpDecision>> surface;
    private final ByteFilter connections;

    SurfaceHandler(Function<HttpRequest, CompletionStage<HttpDecision>> surface, ByteFilter connections) {
        this.surface = surface;
        this.connections = connections;
    }

    @Override
    public RequestExecutorProvider getRequestExecutorProvider() {
        return new RequestExecutorProvider.SameThreadProvider();
    }

    @Override
    public void service(Request request, Response response) throws IOException {
        CompletableFuture<HttpDecision> decision =
                surface.apply(HttpExchange.request(request.getRequest())).toCompletableFuture();
        if (decision.isDone()) {
            answer(request, response, decision);
            return;
        }
        response.suspend();
        var unused = decision.whenComplete((done, failure) -> {
            try {
                answer(request, response, decision);
            } catch (IOException gone) {
                LOG.debug("cannot answer {}: {}", request.getRequestURI(), gone.getMessage());
            } finally {
                response.resume();
            }
        });
    }

    private void answer(Request request, Response response, CompletableFuture<HttpDecision> decision)
            throws IOException {
        HttpDecision.Answer answer = answerOf(decision);
        response.setStatus(answer.status());
        for (Map.Entry<String, String> header : answer.headers().entrySet()) {
            response.setHeader(header.getKey(), header.getValue());
        }
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
        connections.answered(request.getRequest().getConnection());
    }

    private static HttpDecision.Answer answerOf(CompletableFuture<HttpDecision> decision) {
        @Nullable
        HttpDecision made = decision.exceptionally(failure -> {
                    LOG.warn("a request could not be decided", failure);
                    return refusal(500, "InternalError", "the server failed to decide; see its log");
                })
                .join();
        return made instanceof HttpDecision.Answer answer
                ? answer
                : refusal(400, "BadRequest", "Upgrade request required");
    }

    static HttpDecision.Answer refusal(int code, String reason, String message) {
        return new HttpDecision.Answer(
                code,
                Map.of("Content-Type", "application/json", "Connection", "close"),
                StatusCodec.encodeForHttp(Status.failure(code, reason, message)));
    }
}
