package io.wsstream.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Accepts one token. Keeps only its digest, so that neither length nor content shows in the time of a comparison. */
final class BearerAuthenticator implements Authenticator {
    private final byte[] expected;
    private final Caller caller;

    BearerAuthenticator(String token, Caller caller) {
        if (token.isEmpty() || !token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "a bearer token must be one or more visible ASCII characters without blanks;"
                            + " check the token file for empty or second lines");
        }
        this.expected = digest(token);
        this.caller = caller;
    }

    @Override
    public CompletionStage<Optional<Caller>> authenticate(Credentials credentials) {
        boolean right = credentials
                .bearerToken()
                .map(token -> MessageDigest.isEqual(expected, digest(token)))
                .orElse(false);
        return CompletableFuture.completedStage(right ? Optional.of(caller) : Optional.empty());
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
