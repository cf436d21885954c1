package io.wsstream.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.server.Authenticator;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of PROTOCOL.md 2, 3.2 and 3.3. */
class WebSocketHandshakeTest {
    private final KubernetesSurface surface = KubernetesSurface.builder(
                    Authenticator.bearer(Ask.TOKEN), PodCatalog.of(Pod.of("one", "main")))
            .build();

    // ---- 2: what a WebSocket request is

    @ParameterizedTest
    @CsvSource({
        "websocket, Upgrade",
        "WebSocket, upgrade",
        "WEBSOCKET, 'keep-alive, Upgrade'",
        "'h2c, websocket', 'Upgrade'",
        "' websocket ', ' UPGRADE '"
    })
    void upgradeAndConnectionAreLists(String upgrade, String connection) {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Upgrade", upgrade)
                        .with("Connection", connection)
                        .upgradeOf(surface))
                .isNotNull();
    }

    @Test
    void repeatedHeaderLinesAreOneList() {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Connection", "keep-alive", "Upgrade")
                        .with("Upgrade", "h2c", "websocket")
                        .upgradeOf(surface))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"websocketx, Upgrade", "foo, Upgrade", "websocket, xupgradex", "websocket, keep-alive", "'', Upgrade"})
    void anythingElseIsNoWebSocket(String upgrade, String connection) throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Upgrade", upgrade)
                        .with("Connection", connection)
                        .refusalOf(surface))
                .startsWith("400 BadRequest: not websocket protocol");
    }

    @Test
    void withoutConnectionItIsNoWebSocket() throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK).with("Connection").refusalOf(surface))
                .startsWith("400 BadRequest: not websocket protocol");
    }

    // ---- 3.2, in its order: everything below a broken rule is broken too

    @Test
    void theFirstBrokenRuleAnswers() throws Exception {
        Ask ask = Ask.webSocket(Ask.EXEC_OK)
                .with("Upgrade", "foo")
                .with("Sec-WebSocket-Key")
                .with("Sec-WebSocket-Version")
                .with("Sec-WebSocket-Protocol", "v9.channel.k8s.io");

        assertThat(ask.refusalOf(surface)).startsWith("400 BadRequest: not websocket protocol");
        assertThat(ask.with("Upgrade", "websocket").refusalOf(surface))
                .startsWith("400 BadRequest: mismatch challenge/response");
        assertThat(ask.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==").refusalOf(surface))
                .startsWith("400 BadRequest: missing or bad WebSocket Version");
        assertThat(ask.with("Sec-WebSocket-Version", "13").refusalOf(surface))
                .isEqualTo(
                        "403 Forbidden: unsupported subprotocols: \"v9.channel.k8s.io\"; offer one of v5.channel.k8s.io,"
                                + " v4.channel.k8s.io, v4.base64.channel.k8s.io, channel.k8s.io, base64.channel.k8s.io in"
                                + " Sec-WebSocket-Protocol");
    }

    @Test
    void aWebSocketIsNotOpenedWithPost() throws Exception {
        Ask ask = Ask.plain("POST", Ask.EXEC_OK).with("Upgrade", "websocket").with("Connection", "Upgrade");

        assertThat(ask.refusalOf(surface)).startsWith("405 MethodNotAllowed: bad method");
        assertThat(ask.answerOf(surface).headers()).containsEntry("Allow", "GET");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "dGhlIHNhbXBsZSBub25jZQ",
                "dGhlIHNhbXBsZSBub25jZTE=",
                "dGhlIHNhbXBsZSBub25jZTEy",
                "dGhlIHNhbXBsZSBub25jZ!=="
            })
    void theKeyIsSixteenBytesOfBase64(String key) throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK).with("Sec-WebSocket-Key", key).refusalOf(surface))
                .startsWith("400 BadRequest: mismatch challenge/response");
    }

    @Test
    void thereIsOneKey() throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==")
                        .refusalOf(surface))
                .startsWith("400 BadRequest: mismatch challenge/response");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", "8", "013", "13, 8", "13.0"})
    void theVersionIsThirteenAndTheAnswerSaysSo(String version) throws Exception {
        Ask ask = Ask.webSocket(Ask.EXEC_OK).with("Sec-WebSocket-Version", version);

        assertThat(ask.refusalOf(surface)).startsWith("400 BadRequest: missing or bad WebSocket Version");
        assertThat(ask.answerOf(surface).headers()).containsEntry("Sec-WebSocket-Version", "13");
    }

    // ---- 3.3

    @ParameterizedTest
    @CsvSource({
        "v5.channel.k8s.io, V5",
        "'v5.channel.k8s.io,v4.channel.k8s.io', V5",
        "'v4.channel.k8s.io, v5.channel.k8s.io', V4",
        "'v9.channel.k8s.io, v3.channel.k8s.io, v2.channel.k8s.io, v4.base64.channel.k8s.io', V4_BASE64",
        "'v5.channel.k8s.io,v4.channel.k8s.io,v3.channel.k8s.io,v2.channel.k8s.io,channel.k8s.io', V5",
        "channel.k8s.io, V1",
        "base64.channel.k8s.io, BASE64",
        "',, v4.channel.k8s.io,', V4",
        "'v4.channel.k8s.io,v4.channel.k8s.io', V4",
        "'', NONE",
        "' , ', NONE"
    })
    void theFirstOfTheClientsListThatIsServedIsSelected(String offer, String selected) {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Sec-WebSocket-Protocol", offer)
                        .upgradeOf(surface)
                        .subprotocol())
                .hasToString(selected);
    }

    @Test
    void aClientThatOffersNothingGetsNoName() {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Sec-WebSocket-Protocol")
                        .upgradeOf(surface)
                        .subprotocol())
                .hasToString("NONE");
    }

    @Test
    void offersInSeveralLinesAreOneList() {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Sec-WebSocket-Protocol", "v9.channel.k8s.io", "v4.channel.k8s.io")
                        .upgradeOf(surface)
                        .subprotocol())
                .hasToString("V4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v2.channel.k8s.io",
                "v3.channel.k8s.io",
                "V5.channel.k8s.io",
                "v5.channel.k8s.io;q=1",
                "v9.channel.k8s.io,",
                "SPDY/3.1+portforward.k8s.io",
                "binary.k8s.io"
            })
    void anOfferOfNothingThatIsServedIsForbidden(String offer) throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Sec-WebSocket-Protocol", offer)
                        .refusalOf(surface))
                .startsWith("403 Forbidden: unsupported subprotocols: \"");
    }

    @Test
    void extensionsAreIgnored() {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Sec-WebSocket-Extensions", "permessage-deflate")
                        .upgradeOf(surface))
                .isNotNull();
    }
}
