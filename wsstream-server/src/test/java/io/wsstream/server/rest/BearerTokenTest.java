package io.wsstream.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.server.Authenticator;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Authentication: the Authorization header, and the rows of PROTOCOL.md 10.1. */
class BearerTokenTest {
    private static final String PREFIX = "base64url.bearer.authorization.k8s.io.";
    private static final String ENTRY = PREFIX + encoded(Ask.TOKEN);

    private final KubernetesSurface surface = KubernetesSurface.builder(
                    Authenticator.bearer(Ask.TOKEN), PodCatalog.of(Pod.of("one", "main")))
            .build();
    private final KubernetesSurface open = KubernetesSurface.builder(
                    Authenticator.none(), PodCatalog.of(Pod.of("one", "main")))
            .build();

    private static String encoded(String token) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(StandardCharsets.UTF_8));
    }

    private static Ask offering(String... protocols) {
        return Ask.webSocket(Ask.EXEC_OK).with("Authorization").with("Sec-WebSocket-Protocol", protocols);
    }

    @Test
    void withoutATokenNobodyGetsInAndIsToldHow() throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK).with("Authorization").refusalOf(surface))
                .startsWith("401 Unauthorized: no bearer token: send \"Authorization: Bearer TOKEN\"");
        assertThat(Ask.spdy(Ask.EXEC_OK).with("Authorization").refusalOf(surface))
                .startsWith("401 Unauthorized: no bearer");
        assertThat(Ask.get("/version").with("Authorization").answerOf(surface).headers())
                .containsEntry("WWW-Authenticate", "Bearer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer wrong", "bearer s3cre", "Bearer s3cret s3cret"})
    void aWrongTokenIsCalledInvalid(String header) throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Authorization", header)
                        .answerOf(surface)
                        .status())
                .isEqualTo(401);
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Authorization", "Bearer wrong")
                        .refusalOf(surface))
                .startsWith("401 Unauthorized: invalid bearer token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer s3cret", "bearer s3cret", "BEARER   s3cret ", " Bearer s3cret"})
    void theSchemeIsReadInAnyCase(String header) {
        assertThat(Ask.webSocket(Ask.EXEC_OK).with("Authorization", header).upgradeOf(surface))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic czNjcmV0", "Bearer", "Bearer ", "s3cret", "Bearers3cret"})
    void anotherSchemeIsNoToken(String header) throws Exception {
        HttpDecision.Answer answer =
                Ask.webSocket(Ask.EXEC_OK).with("Authorization", header).answerOf(surface);

        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("no bearer token");
    }

    @Test
    void twoHeadersWithTokensAreRefused() throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Authorization", "Bearer s3cret", "Bearer other")
                        .refusalOf(surface))
                .startsWith("401 Unauthorized: multiple bearer tokens");
    }

    @Test
    void theTokenEntryLetsInAndIsNeverSelected() {
        assertThat(offering(ENTRY + ", v5.channel.k8s.io").upgradeOf(surface).subprotocol())
                .hasToString("V5");
        assertThat(offering("v4.channel.k8s.io", ENTRY).upgradeOf(surface).subprotocol())
                .hasToString("V4");
    }

    @Test
    void aProxysBasicSchemeDoesNotHideTheTokenEntry() {
        assertThat(offering(ENTRY, "v5.channel.k8s.io")
                        .with("Authorization", "Basic dXNlcg==")
                        .upgradeOf(surface))
                .isNotNull();
    }

    @Test
    void besideTheHeaderTheEntryIsOnlyTakenOut() {
        assertThat(offering(ENTRY, ENTRY, "v5.channel.k8s.io")
                        .with("Authorization", "Bearer s3cret")
                        .upgradeOf(surface)
                        .subprotocol())
                .hasToString("V5");
    }

    @Test
    void outsideAWebSocketTheEntryIsIgnored() throws Exception {
        assertThat(Ask.get("/version")
                        .with("Authorization")
                        .with("Sec-WebSocket-Protocol", ENTRY, "v5.channel.k8s.io")
                        .refusalOf(surface))
                .startsWith("401 Unauthorized: no bearer token");
    }

    @Test
    void twoEntriesAreRefusedInOneLineOrTwo() throws Exception {
        assertThat(offering(ENTRY + "," + ENTRY + ",v5.channel.k8s.io").refusalOf(surface))
                .startsWith("401 Unauthorized: multiple base64.bearer.authorization tokens specified");
        assertThat(offering(ENTRY + ",v5.channel.k8s.io", PREFIX).refusalOf(open))
                .startsWith("401 Unauthorized: multiple base64.bearer.authorization tokens specified");
    }

    @ParameterizedTest
    @ValueSource(strings = {"czNjcmV0MQ==", "a+b=", "a/bb", "a+bb", "a", "czNj cmV0"})
    void anEntryThatCannotBeDecodedIsRefused(String encoded) throws Exception {
        assertThat(offering(PREFIX + encoded + ",v5.channel.k8s.io").refusalOf(surface))
                .startsWith("401 Unauthorized: invalid base64.bearer.authorization token encoding");
    }

    @Test
    void anEntryThatIsNoTextIsRefused() throws Exception {
        assertThat(offering(PREFIX + "_w,v5.channel.k8s.io").refusalOf(surface))
                .startsWith("401 Unauthorized: invalid base64.bearer.authorization token; ");
    }

    @Test
    void anEmptyEntryIsNobody() throws Exception {
        assertThat(offering(PREFIX + ",v5.channel.k8s.io").refusalOf(surface))
                .startsWith("401 Unauthorized: no bearer token");
        assertThat(offering(PREFIX + ",v5.channel.k8s.io")
                        .upgradeOf(open)
                        .caller()
                        .name())
                .isEqualTo("system:anonymous");
    }

    @Test
    void anEmptyEntryAloneOffersNothing() {
        assertThat(offering(PREFIX).upgradeOf(open).subprotocol()).hasToString("NONE");
    }

    @Test
    void anEntryAloneLacksASubprotocol() throws Exception {
        assertThat(offering(ENTRY).refusalOf(surface)).startsWith("401 Unauthorized: missing additional subprotocol");
    }

    @Test
    void aWrongEntryIsAnInvalidToken() throws Exception {
        assertThat(offering(PREFIX + encoded("wrong"), "v5.channel.k8s.io").refusalOf(surface))
                .startsWith("401 Unauthorized: invalid bearer token");
    }

    @Test
    void besideAnAcceptedEntryAnUnknownNameIsForbiddenAsUsual() throws Exception {
        assertThat(offering(ENTRY, "v9.channel.k8s.io").refusalOf(surface))
                .startsWith("403 Forbidden: unsupported subprotocols: \"v9.channel.k8s.io\";");
    }

    @Test
    void aMisspeltEntryDoesNotComeBackInTheMessage() throws Exception {
        String misspelt = "Base64url.Bearer.authorization.k8s.io." + encoded(Ask.TOKEN);

        assertThat(offering(misspelt).refusalOf(open))
                .startsWith("403 Forbidden: unsupported subprotocols: (token);")
                .doesNotContain(encoded(Ask.TOKEN));
    }
}
