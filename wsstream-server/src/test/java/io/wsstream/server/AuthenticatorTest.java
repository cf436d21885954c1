package io.wsstream.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {
    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    @Test
    void bearerAcceptsItsToken() {
        assertThat(callerOf(Authenticator.bearer("s3cret"), Optional.of("s3cret")))
                .map(Caller::name)
                .contains("wsstream-user");
    }

    @ParameterizedTest
    @ValueSource(strings = {"S3cret", "s3cre", "s3cret1", "", "s3cret "})
    void bearerAcceptsNoOtherToken(String token) {
        assertThat(callerOf(Authenticator.bearer("s3cret"), Optional.of(token))).isEmpty();
    }

    @Test
    void bearerAcceptsNothingLess() {
        assertThat(callerOf(Authenticator.bearer("s3cret"), Optional.empty())).isEmpty();
    }

    @Test
    void noneAcceptsEverybodyAsAnonymous() {
        assertThat(callerOf(Authenticator.none(), Optional.empty())).contains(Caller.ANONYMOUS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "one\n", "caf\u00e9"})
    void aTokenThatNoHeaderCanCarryIsRefusedAtOnceAndNotShown(String token) {
        assertThatThrownBy(() -> Authenticator.bearer(token))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("visible ASCII")
                .hasMessageNotContainingAny("two words", "one\n", "caf");
    }

    @Test
    void credentialsDoNotShowTheirToken() {
        assertThat(new Credentials(Optional.of("s3cret"), List.of(), PEER))
                .asString()
                .doesNotContain("s3cret")
                .contains("present");
    }

    private static Optional<Caller> callerOf(Authenticator authenticator, Optional<String> token) {
        return authenticator
                .authenticate(new Credentials(token, List.of(), PEER))
                .toCompletableFuture()
                .join();
    }
}
