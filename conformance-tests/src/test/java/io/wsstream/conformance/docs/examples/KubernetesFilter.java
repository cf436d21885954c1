package io.wsstream.conformance.docs.examples;

import io.wsstream.server.JakartaServer;
import io.wsstream.server.rest.HttpDecision;
import io.wsstream.server.rest.HttpRequest;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

public class KubernetesFilter implements Filter {
    private final JakartaServer exec;

    public KubernetesFilter(JakartaServer exec) {
        this.exec = exec;
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        ServerContainer container =
                (ServerContainer) config.getServletContext().getAttribute(ServerContainer.class.getName());
        try {
            for (ServerEndpointConfig endpoint : exec.endpoints()) {
                container.addEndpoint(endpoint);
            }
        } catch (DeploymentException failed) {
            throw new ServletException(failed);
        }
    }

    @Override
    public void doFilter(ServletRequest from, ServletResponse to, FilterChain chain)
            throws IOException, ServletException {
        HttpDecision decision = exec.decide(request((HttpServletRequest) from))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        if (decision instanceof HttpDecision.Answer answer) {
            HttpServletResponse response = (HttpServletResponse) to;
            response.setStatus(answer.status());
            answer.headers().forEach(response::setHeader);
            response.getOutputStream().write(answer.body());
        } else {
            chain.doFilter(from, to);
        }
    }

    private static HttpRequest request(HttpServletRequest from) {
        String query = from.getQueryString();
        Map<String, List<String>> headers = new HashMap<>();
        for (String name : Collections.list(from.getHeaderNames())) {
            headers.put(name, Collections.list(from.getHeaders(name)));
        }
        return new HttpRequest(
                from.getMethod(),
                from.getRequestURI() + (query == null ? "" : "?" + query),
                headers,
                new InetSocketAddress(from.getRemoteAddr(), from.getRemotePort()),
                from.isSecure(),
                List.of());
    }
}
