package io.wsstream.client.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.ScriptedServer;
import io.wsstream.client.ScriptedServer.Script;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.ExecResult;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.Subprotocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client offers, what it takes, and how it proves who it is. */
@Timeout(60)
class OfferTest {
    private static final ClientSettings USUAL = ClientSettings.defaults();
    private static final String ENTRY = "base64url.bearer.authorization.k8s.io.czNjcmV0";

    /** Ends a session that was let in: success by silence below v4, and by a status from there on. */
    private static void succeed(ScriptedServer.Peer peer, Subprotocol subprotocol) throws Exception {
        if (subprotocol.hasJsonStatus() && subprotocol.codec() == Subprotocol.Codec.RAW) {
            peer.success();
        } else if (subprotocol.hasJsonStatus()) {
            peer.frame(0x81, "3eyJtZXRhZGF0YSI6e30sInN0YXR1cyI6IlN1Y2Nlc3MifQ==".getBytes(StandardCharsets.US_ASCII));
        }
        peer.closeFrame(1000);
        peer.readToClose();
    }

    private record Ran(String request, Subprotocol subprotocol, ExecResult result) {}

    private static Ran run(ClientSettings settings, Script script) throws Exception {
        return run(settings, "s3cret", script);
    }

    private static Ran run(ClientSettings settings, String token, Script script) throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(script);
                WsStreamClient client = WsStreamClient.of(server.access().token(token), settings);
                ExecSession session =
                        client.pod("p").command("c").withoutStdin().start()) {
            ExecResult result = session.await();
            return new Ran(server.request(), session.subprotocol(), result);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Subprotocol.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyNameCanBeOfferedAloneAndIsSpoken(Subprotocol subprotocol) throws Exception {
        Ran ran = run(USUAL.withOffer(subprotocol), peer -> {
            peer.accept(subprotocol.wireName());
            succeed(peer, subprotocol);
        });

        assertThat(ran.request()).contains("Sec-WebSocket-Protocol: " + subprotocol.wireName() + "\r\n");
        assertThat(ran.subprotocol()).isEqualTo(subprotocol);
        assertThat(ran.result()).isEqualTo(new ExecResult.Success());
    }

    @Test
    void allOfThemStandInOneLineInTheOrderOfPreference() throws Exception {
        List<Subprotocol> all = new ArrayList<>(List.of(Subprotocol.values()));
        all.remove(Subprotocol.NONE);
        all.add(Subprotocol.NONE);

        Ran ran = run(USUAL.withOffer(all.toArray(Subprotocol[]::new)), peer -> {
            peer.accept("v3.channel.k8s.io");
            succeed(peer, Subprotocol.V3);
        });

        assertThat(ran.request())
                .contains("Sec-WebSocket-Protocol: channel.k8s.io, base64.channel.k8s.io, v2.channel.k8s.io,"
                        + " v3.channel.k8s.io, v4.channel.k8s.io, v4.base64.channel.k8s.io, v5.channel.k8s.io\r\n");
        assertThat(ran.subprotocol()).isEqualTo(Subprotocol.V3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Sec-WebSocket-Protocol: \r\n"})
    void noNameIsNoLineAndTakesAServerThatSelectsNone(String lines) throws Exception {
        Ran ran = run(USUAL.withOffer(Subprotocol.NONE), peer -> {
            peer.accept(lines, true);
            succeed(peer, Subprotocol.NONE);
        });

        assertThat(ran.request().toLowerCase(java.util.Locale.ROOT)).doesNotContain("sec-websocket-protocol");
        assertThat(ran.subprotocol()).isEqualTo(Subprotocol.NONE);
        assertThat(ran.result()).isEqualTo(new ExecResult.Success());
    }

    @Test
    void noNameAtTheEndTakesAServerThatKnowsNoneOfTheOthers() throws Exception {
        Ran ran = run(USUAL.withOffer(Subprotocol.V5, Subprotocol.NONE), peer -> {
            peer.accept("", true);
            succeed(peer, Subprotocol.NONE);
        });

        assertThat(ran.request()).contains("Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n");
        assertThat(ran.subprotocol()).isEqualTo(Subprotocol.NONE);
    }

    @Test
    void aNameIsNotTakenWhereNoneWasOffered() {
        HandshakeException refused = catchThrowableOfType(
                HandshakeException.class,
                () -> run(USUAL.withOffer(Subprotocol.NONE), peer -> peer.accept("v4.channel.k8s.io")));

        assertThat(refused).hasMessageContaining("selects subprotocol [v4.channel.k8s.io]");
    }

    @Test
    void anOfferThatCannotBeMeantIsRefused() {
        assertThatThrownBy(USUAL::withOffer).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> USUAL.withOffer(Subprotocol.NONE, Subprotocol.V5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NONE at the end only");
        assertThatThrownBy(() -> USUAL.withOffer(Subprotocol.NONE).withTokenAsSubprotocol())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no other beside it");
    }

    @Test
    void aTokenGoesIntoTheHeaderUnlessToldOtherwise() throws Exception {
        Ran ran = run(USUAL, peer -> {
            peer.accept("v5.channel.k8s.io");
            succeed(peer, Subprotocol.V5);
        });

        assertThat(ran.request()).contains("Authorization: Bearer s3cret\r\n").doesNotContain("base64url.bearer");
    }

    @Test
    void aTokenCanGoAmongTheSubprotocolsInstead() throws Exception {
        Ran ran = run(USUAL.withTokenAsSubprotocol(), peer -> {
            peer.accept("v5.channel.k8s.io");
            succeed(peer, Subprotocol.V5);
        });

        assertThat(ran.request())
                .contains("Sec-WebSocket-Protocol: " + ENTRY + ", v5.channel.k8s.io, v4.channel.k8s.io\r\n")
                .doesNotContain("Authorization");
        assertThat(ran.subprotocol()).isEqualTo(Subprotocol.V5);
    }

    @Test
    void aServerThatSelectsTheTokenIsRefusedAndTheTokenStaysOutOfTheWords() {
        HandshakeException refused = catchThrowableOfType(
                HandshakeException.class, () -> run(USUAL.withTokenAsSubprotocol(), peer -> peer.accept("chat")));
        HandshakeException forbidden = catchThrowableOfType(
                HandshakeException.class,
                () -> run(USUAL.withTokenAsSubprotocol(), peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 403 Forbidden\r\n\r\n");
                }));

        assertThat(refused).hasMessageContaining("expected one of [v5.channel.k8s.io, v4.channel.k8s.io]");
        assertThat(refused.getMessage() + forbidden.getMessage()).doesNotContain("base64url.bearer", "s3cret");
        assertThatThrownBy(() -> run(USUAL.withTokenAsSubprotocol(), peer -> peer.accept(ENTRY)))
                .isInstanceOf(HandshakeException.class);
    }

    @Test
    void withoutATokenThereIsNoEntry() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept("v5.channel.k8s.io");
                    succeed(peer, Subprotocol.V5);
                });
                WsStreamClient client = WsStreamClient.of(server.access(), USUAL.withTokenAsSubprotocol())) {
            client.pod("p").command("c").run();

            assertThat(server.request()).contains("Sec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io\r\n");
        }
    }

    @Test
    void otherCredentialsCannotGoThere() throws Exception {
        ClusterAccess access = ClusterAccess.of(new io.fabric8.kubernetes.client.ConfigBuilder()
                .withMasterUrl("http://127.0.0.1:1")
                .withUsername("u")
                .withPassword("p")
                .withAutoConfigure(false)
                .build());
        try (WsStreamClient client = WsStreamClient.of(access, USUAL.withTokenAsSubprotocol())) {
            assertThatThrownBy(() -> client.pod("p").command("c").run())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no bearer token");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void silenceIsSuccessOnlyIfTheCallerWantsIt(boolean wanted) throws Exception {
        Ran ran = run(wanted ? USUAL.withSilenceAsSuccess() : USUAL, peer -> {
            peer.accept("v4.channel.k8s.io");
            peer.message(1, "");
            peer.closeFrame(1000);
            peer.readToClose();
        });

        assertThat(ran.result().isSuccess()).isEqualTo(wanted);
    }

    @Test
    void aBrokenEndIsNoSuccessEvenThen() throws Exception {
        Ran closed = run(USUAL.withSilenceAsSuccess(), peer -> {
            peer.accept("v4.channel.k8s.io");
            peer.closeFrame(1001);
            peer.readToClose();
        });
        Ran cut = run(USUAL.withSilenceAsSuccess(), peer -> peer.accept("v4.channel.k8s.io"));

        assertThat(closed.result()).isInstanceOf(ExecResult.NoStatus.class);
        assertThat(cut.result()).isInstanceOf(ExecResult.NoStatus.class);
    }
}
