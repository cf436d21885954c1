package io.wsstream.server;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Finds out who sent a request. Asked once for every request except the health paths, before anything about pods is
 * looked at.
 *
 * <p><b>Threads:</b> called by the listener's selector threads, several at once. <b>Blocking:</b> not allowed; return a
 * stage that completes later instead. The listener cuts the connection after {@link ServerLimits#handshakeTimeout()}.
 */
@FunctionalInterface
public interface Authenticator {
    /**
     * Judges the credentials of one request.
     *
     * @param credentials what the request brought, possibly nothing
     * @return the caller; empty refuses with 401, a failed stage answers 500 and is logged
     */
    CompletionStage<Optional<Caller>> authenticate(Credentials credentials);

    /**
     * Accepts one token and nothing else. The comparison takes the same time wherever two tokens differ.
     *
     * @param token the secret; at least one visible ASCII character, and only such, because it travels in a header
     * @return an authenticator whose caller is named {@code wsstream-user}
     * @throws IllegalArgumentException if the token is empty or holds anything but visible ASCII
     */
    static Authenticator bearer(String token) {
        return new BearerAuthenticator(token, new Caller("wsstream-user", List.of("system:authenticated")));
    }

    /**
     * Lets everybody in as {@link Caller#ANONYMOUS}: whoever reaches the port runs commands. For loopback and tests.
     *
     * @return an authenticator that never refuses
     */
    static Authenticator none() {
        return credentials -> CompletableFuture.completedStage(Optional.of(Caller.ANONYMOUS));
    }
}
