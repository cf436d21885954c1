package io.wsstream.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.Channel;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.ExecResult;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.FakeTransport;
import io.wsstream.core.testing.SlowSink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ClientExecTest {
    private static final String SUCCESS = "{\"metadata\":{},\"status\":\"Success\"}";

    private final FakeTransport transport = new FakeTransport();
    private final List<String> said = new ArrayList<>();
    private final List<ExecResult> results = new ArrayList<>();

    @Test
    void stdinGoesOutOnChannel0AndIsNeverEmpty() {
        ClientExec exec = open(Subprotocol.V4);

        exec.sendStdin(Bytes.hex("6869"), 0);
        exec.sendStdin(ByteBuffer.allocate(0), 0);

        assertThat(transport.sent).containsExactly("hex 006869");
    }

    @Test
    void closingStdinSendsCloseOnceAndRefusesMore() {
        ClientExec exec = open(Subprotocol.V5);

        exec.closeStdin();
        exec.closeStdin();

        assertThat(transport.sent).containsExactly("hex ff00");
        assertThatThrownBy(() -> exec.sendStdin(Bytes.hex("61"), 0)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"V5"})
    void closingStdinBeforeV5SaysWhyNot(Subprotocol subprotocol) {
        ClientExec exec = open(subprotocol);

        assertThatThrownBy(exec::closeStdin)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("v5.channel.k8s.io");
        assertThat(transport.sent).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"80, 24, 80, 24", "0, 0, 1, 1", "65535, 65535, 65535, 65535"})
    void aSizeIsSentWithoutZeros(int columns, int rows, int sentColumns, int sentRows) {
        open(Subprotocol.V4).resize(new TerminalSize(columns, rows), Channel.RESIZE);

        String json = "{\"Width\":" + sentColumns + ",\"Height\":" + sentRows + "}\n";
        assertThat(transport.sent).containsExactly("hex 04" + hex(json));
    }

    @Test
    void aSizeMayGoOnChannel3AndOnNoOther() {
        ClientExec exec = open(Subprotocol.V4);

        exec.resize(new TerminalSize(80, 24), Channel.ERROR);

        assertThat(transport.sent.get(0)).startsWith("hex 03");
        for (Channel channel : List.of(Channel.STDIN, Channel.STDOUT, Channel.STDERR)) {
            assertThatThrownBy(() -> exec.resize(new TerminalSize(80, 24), channel))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void outputReachesItsStreams() throws Exception {
        ClientExec exec = open(Subprotocol.V5);
        SlowSink stdout = new SlowSink(() -> Integer.MAX_VALUE);
        SlowSink stderr = new SlowSink(() -> Integer.MAX_VALUE);
        exec.stdout().deliverTo(stdout);
        exec.stderr().deliverTo(stderr);

        transport.feed("01");
        transport.feed("0161");
        transport.feed("0262");
        transport.peerCloses(1000, "");

        assertThat(said).containsExactly("ready", "result");
        assertThat(stdout.taken()).containsExactly('a');
        assertThat(stderr.taken()).containsExactly('b');
        assertThat(stdout.ends()).isEqualTo(1);
        assertThat(stderr.ends()).isEqualTo(1);
    }

    @Test
    void closeFromAServerIsJustAnUnknownChannel() throws Exception {
        open(Subprotocol.V5);

        transport.feed("ff01");

        assertThat(said).containsExactly("ready", "ignored channel 255 does not exist");
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V4", "V4_BASE64", "V5"})
    void theStatusIsTheResult(Subprotocol subprotocol) throws Exception {
        open(subprotocol);

        feedStatus(subprotocol, Status.exited(42));
        transport.peerCloses(1000, "");

        assertThat(result()).isInstanceOf(ExecResult.ExitCode.class);
        assertThat(result().exitCode()).hasValue(42);
    }

    @Test
    void aStatusMayComeInSeveralMessages() throws Exception {
        open(Subprotocol.V4);

        for (byte each : SUCCESS.getBytes(StandardCharsets.UTF_8)) {
            transport.feed("03" + Bytes.toHex(new byte[] {each}));
        }
        transport.peerCloses(1000, "");

        assertThat(result().isSuccess()).isTrue();
    }

    @Test
    void twoStatusesAreNone() throws Exception {
        open(Subprotocol.V4);

        transport.feed("03" + hex(SUCCESS));
        transport.feed("03" + hex(SUCCESS));
        transport.peerCloses(1000, "");

        assertThat(result()).isInstanceOf(ExecResult.NoStatus.class);
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void silenceBeforeClose1000IsSuccessOnlyBeforeV4(Subprotocol subprotocol) throws Exception {
        open(subprotocol);

        transport.peerCloses(1000, "");

        assertThat(result())
                .isInstanceOf(subprotocol.hasJsonStatus() ? ExecResult.NoStatus.class : ExecResult.Success.class);
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void silenceBeforeAnyOtherCloseIsNoStatus(Subprotocol subprotocol) {
        open(subprotocol);

        transport.peerCloses(1001, "going away");

        assertThat(result()).isInstanceOf(ExecResult.NoStatus.class);
        assertThat(result().describe()).contains("1001").contains("going away");
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void aCloseWithoutACodeIsNoStatus(Subprotocol subprotocol) {
        open(subprotocol);

        transport.peerCloses(1005, "");

        assertThat(result()).isInstanceOf(ExecResult.NoStatus.class);
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void aLossWithoutAStatusIsNoStatusAndKeepsTheReason(Subprotocol subprotocol) {
        open(subprotocol);
        ConnectionLostException lost = new ConnectionLostException("cut", null);

        transport.receiver().onEnd(lost);

        assertThat(result()).isEqualTo(new ExecResult.NoStatus(lost));
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V4", "V4_BASE64", "V5"})
    void aCompleteStatusDecidesWhateverHappensAfterIt(Subprotocol subprotocol) throws Exception {
        open(subprotocol);

        feedStatus(subprotocol, Status.success());
        transport.receiver().onEnd(new ConnectionLostException("cut", null));

        assertThat(result().isSuccess()).isTrue();
    }

    @Test
    void aStatusThatWasCutIsNoStatusAndKeepsTheReason() throws Exception {
        open(Subprotocol.V5);
        ConnectionLostException lost = new ConnectionLostException("cut", null);

        transport.feed("03" + hex(SUCCESS.substring(0, 20)));
        transport.receiver().onEnd(lost);

        assertThat(result())
                .isInstanceOfSatisfying(
                        ExecResult.NoStatus.class,
                        none -> assertThat(none.why()).hasSuppressedException(lost));
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"V4", "V4_BASE64", "V5"})
    void textOnChannel3IsTheFailureBeforeV4(Subprotocol subprotocol) throws Exception {
        open(subprotocol);

        feedStatus(subprotocol, Status.internalError("no shell"));
        transport.peerCloses(1000, "");

        assertThat(result()).isInstanceOf(ExecResult.Failure.class);
        assertThat(result().describe()).isEqualTo("Internal error occurred: no shell");
    }

    @Test
    void anEmptyOpeningMessageOnChannel3IsNoStatus() throws Exception {
        open(Subprotocol.V4);

        transport.feed("03");
        transport.peerCloses(1000, "");

        assertThat(result()).isInstanceOf(ExecResult.NoStatus.class);
    }

    @Test
    void aStatusWithoutEndIsCutAtItsBound() throws Exception {
        open(Subprotocol.V4);

        for (int i = 0; i < 40; i++) {
            transport.feed("03" + "20".repeat(64 * 1024));
        }
        transport.peerCloses(1000, "");

        assertThat(transport.isPaused()).isFalse();
        assertThat(result()).isInstanceOf(ExecResult.NoStatus.class);
    }

    @Test
    void ourOwnCloseIsNotLaidAtTheServersDoor() {
        ClientExec exec = open(Subprotocol.V5);

        exec.connection().close(1000, "cancelled");
        transport.receiver().onEnd(null);

        assertThat(result()).isInstanceOf(ExecResult.NoStatus.class);
        assertThat(result().describe()).startsWith("this side closed");
    }

    @Test
    void unreadOutputStopsTheReadsAndDiscardingItResumesThem() throws Exception {
        ClientExec exec = open(Subprotocol.V5);

        transport.feed("02" + "61".repeat(1000));
        assertThat(transport.isPaused()).isTrue();

        exec.stderr().discard();
        assertThat(transport.isPaused()).isFalse();
    }

    private ClientExec open(Subprotocol subprotocol) {
        ClientExec exec = new ClientExec(transport, subprotocol, 1000);
        exec.start(new ClientExec.Listener() {
            @Override
            public void onReady() {
                said.add("ready");
            }

            @Override
            public void onIgnored(String what) {
                said.add("ignored " + what);
            }

            @Override
            public void onResult(ExecResult result) {
                said.add("result");
                results.add(result);
            }
        });
        return exec;
    }

    private ExecResult result() {
        assertThat(results).hasSize(1);
        return results.get(0);
    }

    private void feedStatus(Subprotocol subprotocol, Status status) throws Exception {
        byte[] payload = StatusCodec.encode(subprotocol, status);
        if (subprotocol.codec() == Subprotocol.Codec.BASE64) {
            transport.feedText("3" + java.util.Base64.getEncoder().encodeToString(payload));
        } else {
            transport.feed("03" + Bytes.toHex(payload));
        }
    }

    private static String hex(String text) {
        return Bytes.toHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
