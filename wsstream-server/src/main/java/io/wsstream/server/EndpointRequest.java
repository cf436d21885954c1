package io.wsstream.server;

import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checked request to a {@link WebSocketEndpoint}: its caller may. Immutable.
 *
 * @param sessionId unique within the server's life
 * @param caller who asks
 * @param peer from where
 * @param path the endpoint's path, without the server's prefix
 * @param parameters the decoded query: name to values, in order
 * @param subprotocol the name that was selected; empty for none
 */
public record EndpointRequest(
        String sessionId,
        Caller caller,
        InetSocketAddress peer,
        String path,
        Map<String, List<String>> parameters,
        String subprotocol) {
    /** Copies the parameters. */
    public EndpointRequest {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        parameters.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        parameters = Collections.unmodifiableMap(copy);
    }

    /**
     * One parameter.
     *
     * @param name its name
     * @return its first value, or empty when it is absent
     */
    public Optional<String> parameter(String name) {
        return parameters.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** {@return this request as listeners see it} */
    public SessionInfo sessionInfo() {
        return new SessionInfo(sessionId, path, caller, peer, "", "", "", List.of(), false, subprotocol);
    }

    /** {@return path and caller, for a log; the query may hold a secret} */
    @Override
    public String toString() {
        return path + " for " + caller.name() + " from " + peer;
    }
}
