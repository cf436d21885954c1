package io.wsstream.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.Channel;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.status.Status;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.FakeTransport;
import io.wsstream.core.testing.SlowSink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ServerExecTest {
    private static final ServerExec.Streams PIPES = new ServerExec.Streams(true, true, true, false);
    private static final ServerExec.Streams TTY = new ServerExec.Streams(true, true, false, true);
    private static final String SIZE = "{\"Width\":80,\"Height\":24}";

    private final FakeTransport transport = new FakeTransport();
    private final List<String> said = new ArrayList<>();
    private final SlowSink stdin = new SlowSink(() -> Integer.MAX_VALUE);

    @ParameterizedTest
    @CsvSource({
        "true,  true,  V4, hex 01",
        "true,  false, V5, hex 01",
        "false, true,  V4, hex 02",
        "false, false, V5, hex 03",
        "true,  true,  V1, hex 01",
        "true,  true,  V4_BASE64, text 1",
        "false, true,  BASE64, text 2",
        "false, false, V4_BASE64, text 3",
    })
    void opensWithOneEmptyMessageOnTheFirstOutputThatWasAskedFor(
            boolean stdout, boolean stderr, Subprotocol subprotocol, String message) {
        open(subprotocol, new ServerExec.Streams(true, stdout, stderr, false));

        assertThat(transport.sent).containsExactly(message);
    }

    @Test
    void theOpeningMessageComesBeforeAnyAnswerToTheClient() {
        ServerExec exec = new ServerExec(transport, Subprotocol.V4, PIPES);
        InboundChannel input = Objects.requireNonNull(exec.stdin());
        input.deliverTo(new ByteSink() {
            @Override
            public void accept(ByteBuffer bytes) {
                ByteBuffer copy =
                        ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
                exec.sendOutput(Channel.STDOUT, copy, 0, null);
            }

            @Override
            public void end() {}
        });
        transport.onStart(() -> {
            try {
                transport.feed("0061");
            } catch (WsStreamException impossible) {
                throw new AssertionError(impossible);
            }
        });

        exec.start(new Said());

        assertThat(transport.sent).containsExactly("hex 01", "hex 0161");
    }

    @Test
    void outputGoesOutAsItComes() {
        ServerExec exec = open(Subprotocol.V5, PIPES);

        exec.sendOutput(Channel.STDOUT, Bytes.hex("61"), 0, null);
        exec.sendOutput(Channel.STDERR, Bytes.hex("62"), 0, null);

        assertThat(transport.sent).containsExactly("hex 01", "hex 0161", "hex 0262");
    }

    @Test
    void outputThatWasNotAskedForIsDroppedAndReleased() {
        AtomicInteger released = new AtomicInteger();
        ServerExec none = open(Subprotocol.V5, new ServerExec.Streams(true, false, false, false));

        none.sendOutput(Channel.STDOUT, Bytes.hex("61"), 0, released::incrementAndGet);
        none.sendOutput(Channel.STDERR, Bytes.hex("61"), 0, released::incrementAndGet);

        assertThat(transport.sent).containsExactly("hex 03");
        assertThat(released).hasValue(2);
    }

    @Test
    void aTerminalHasNoStderr() {
        ServerExec exec = open(Subprotocol.V5, new ServerExec.Streams(true, true, true, true));

        exec.sendOutput(Channel.STDERR, Bytes.hex("61"), 0, null);

        assertThat(transport.sent).containsExactly("hex 01");
    }

    @Test
    void outputWithoutBytesIsNoMessage() {
        AtomicInteger released = new AtomicInteger();

        open(Subprotocol.V5, PIPES).sendOutput(Channel.STDOUT, ByteBuffer.allocate(0), 0, released::incrementAndGet);

        assertThat(transport.sent).containsExactly("hex 01");
        assertThat(released).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Channel.class,
            names = {"STDIN", "ERROR", "RESIZE"})
    void otherChannelsAreNoOutput(Channel channel) {
        ServerExec exec = open(Subprotocol.V5, PIPES);

        assertThatThrownBy(() -> exec.sendOutput(channel, Bytes.hex("61"), 0, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void theStatusIsStrictlyLastAndOnceAndClose1000OnlyAfterIt(Subprotocol subprotocol) {
        ServerExec exec = open(subprotocol, PIPES);
        boolean text = subprotocol.codec() == Subprotocol.Codec.BASE64;
        transport.sent.clear();

        exec.sendOutput(Channel.STDOUT, Bytes.hex("61"), 0, null);
        exec.finish(Status.exited(42));
        exec.sendOutput(Channel.STDOUT, Bytes.hex("62"), 0, null);
        exec.finish(Status.success());

        assertThat(transport.sent).hasSize(3);
        assertThat(transport.sent.get(0)).isEqualTo(text ? "text 1YQ==" : "hex 0161");
        assertThat(transport.sent.get(1)).startsWith(text ? "text 3" : "hex 03");
        assertThat(transport.sent.get(2)).isEqualTo("close 1000");
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void successIsSilenceBeforeV4(Subprotocol subprotocol) {
        ServerExec exec = open(subprotocol, PIPES);
        transport.sent.clear();

        exec.finish(Status.success());

        assertThat(transport.sent).hasSize(subprotocol.hasJsonStatus() ? 2 : 1).endsWith("close 1000");
    }

    @Test
    void stdinReachesItsSinkInOrder() throws Exception {
        open(Subprotocol.V4, PIPES);

        transport.feed("0061");
        transport.feed("00");
        transport.feed("006263");

        assertThat(stdin.taken()).containsExactly('a', 'b', 'c');
        assertThat(stdin.ends()).isZero();
    }

    @Test
    void closeEndsStdinAndNothingElse() throws Exception {
        ServerExec exec = open(Subprotocol.V5, TTY);

        transport.feed("0061");
        transport.feed("ff00");
        transport.feed("ff00");
        transport.feed("0062");
        transport.feed("04" + hex(SIZE));
        exec.sendOutput(Channel.STDOUT, Bytes.hex("63"), 0, null);

        assertThat(stdin.taken()).containsExactly('a');
        assertThat(stdin.ends()).isEqualTo(1);
        assertThat(said).containsExactly("resize 80x24");
        assertThat(transport.sent).endsWith("hex 0163");
    }

    @Test
    void closeBeforeV5IsJustAnUnknownChannel() throws Exception {
        open(Subprotocol.V4, PIPES);

        transport.feed("ff00");
        transport.feed("0061");

        assertThat(stdin.ends()).isZero();
        assertThat(stdin.taken()).containsExactly('a');
        assertThat(said).containsExactly("ignored channel 255 does not exist");
    }

    @ParameterizedTest
    @CsvSource({"ff", "ff0000", "ff05", "ffff"})
    void aMalformedCloseIsRefusedWith1002(String message) {
        open(Subprotocol.V5, PIPES);

        assertThatThrownBy(() -> transport.feed(message))
                .isInstanceOfSatisfying(
                        ProtocolViolationException.class,
                        refused -> assertThat(refused.closeCode()).isEqualTo(1002));
    }

    @ParameterizedTest
    @CsvSource({"ff01", "ff02", "ff03"})
    void closeOfAChannelThatOnlyTheServerWritesMeansNothing(String message) throws Exception {
        ServerExec exec = open(Subprotocol.V5, TTY);

        transport.feed(message);
        transport.feed("0061");
        transport.feed("04" + hex(SIZE));
        exec.sendOutput(Channel.STDOUT, Bytes.hex("63"), 0, null);

        assertThat(stdin.taken()).containsExactly('a');
        assertThat(said).containsExactly("resize 80x24");
        assertThat(transport.sent).endsWith("hex 0163");
    }

    @Test
    void closeOfResizeDropsLaterSizes() throws Exception {
        open(Subprotocol.V5, TTY);

        transport.feed("04" + hex(SIZE));
        transport.feed("ff04");
        transport.feed("04" + hex(SIZE));

        assertThat(said).containsExactly("resize 80x24");
        assertThat(transport.isPaused()).isFalse();
    }

    @Test
    void stdinThatWasNotAskedForIsDroppedForEver() throws Exception {
        ServerExec exec = new ServerExec(transport, Subprotocol.V5, new ServerExec.Streams(false, true, false, false));
        exec.start(new Said());

        for (int i = 0; i < 100; i++) {
            transport.feed("00" + "61".repeat(10_000));
        }
        transport.feed("ff00");

        assertThat(exec.stdin()).isNull();
        assertThat(transport.isPaused()).isFalse();
        assertThat(said).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void sizesAreReadOnChannel4UnderEveryName(Subprotocol subprotocol) throws Exception {
        open(subprotocol, TTY);

        feed(subprotocol, 4, SIZE);

        assertThat(said).containsExactly("resize 80x24");
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void sizesAreReadOnChannel3FromV3On(Subprotocol subprotocol) throws Exception {
        open(subprotocol, TTY);

        feed(subprotocol, 3, SIZE);

        assertThat(said).hasSize(subprotocol.hasResize() ? 1 : 0);
    }

    @Test
    void sizesWithoutATerminalAreDrainedAndNotTold() throws Exception {
        open(Subprotocol.V4, PIPES);

        for (int i = 0; i < 1000; i++) {
            transport.feed("04" + hex(SIZE));
        }

        assertThat(said).isEmpty();
        assertThat(transport.isPaused()).isFalse();
    }

    @Test
    void aBadSizeIsToldOnceAndNeverStopsTheSession() throws Exception {
        open(Subprotocol.V4, TTY);

        for (int i = 0; i < 1000; i++) {
            transport.feed("04" + hex("[]"));
        }
        transport.feed("0061");

        assertThat(said).hasSize(1);
        assertThat(said.get(0)).startsWith("ignored ");
        assertThat(transport.isPaused()).isFalse();
        assertThat(stdin.taken()).containsExactly('a');
    }

    @Test
    void aSizeThatCameEarlyIsNotLost() {
        ServerExec exec = new ServerExec(transport, Subprotocol.V4, TTY);
        transport.onStart(() -> {
            try {
                transport.feed("04" + hex(SIZE));
            } catch (WsStreamException impossible) {
                throw new AssertionError(impossible);
            }
        });

        exec.start(new Said());

        assertThat(said).containsExactly("resize 80x24");
        assertThat(transport.pauses()).isZero();
    }

    @Test
    void aClientThatClosesIsGoneAfterItsStdinHasEnded() {
        List<Integer> endsWhenTold = new ArrayList<>();
        ServerExec exec = new ServerExec(transport, Subprotocol.V5, PIPES);
        Objects.requireNonNull(exec.stdin()).deliverTo(stdin);
        exec.start(new Said() {
            @Override
            public void onPeerGone(String why) {
                endsWhenTold.add(stdin.ends());
                super.onPeerGone(why);
            }
        });

        transport.peerCloses(1000, "");

        assertThat(endsWhenTold).containsExactly(1);
        assertThat(said).containsExactly("gone", "end");
    }

    @Test
    void aClientThatIsLostIsGoneAfterItsStdinHasEnded() {
        List<Integer> endsWhenTold = new ArrayList<>();
        ServerExec exec = new ServerExec(transport, Subprotocol.V5, PIPES);
        Objects.requireNonNull(exec.stdin()).deliverTo(stdin);
        exec.start(new Said() {
            @Override
            public void onPeerGone(String why) {
                endsWhenTold.add(stdin.ends());
                super.onPeerGone(why);
            }
        });

        transport.receiver().onEnd(new ConnectionLostException("cut", null));

        assertThat(endsWhenTold).containsExactly(1);
        assertThat(said).containsExactly("gone", "end cut");
    }

    @Test
    void aClientThatIsGoneGetsNoStatus() {
        ServerExec exec = open(Subprotocol.V5, PIPES);
        transport.peerCloses(1000, "");
        transport.sent.clear();

        exec.finish(Status.success());

        assertThat(transport.sent).isEmpty();
    }

    @Test
    void aClientThatGoesAfterTheStatusIsNotGone() {
        ServerExec exec = open(Subprotocol.V5, PIPES);
        exec.finish(Status.success());

        transport.receiver().onEnd(new ConnectionLostException("cut", null));

        assertThat(said).containsExactly("end cut");
    }

    @Test
    void stdinThatComesAfterTheStatusIsDropped() throws Exception {
        ServerExec exec = open(Subprotocol.V5, PIPES);
        exec.finish(Status.success());

        for (int i = 0; i < 100; i++) {
            transport.feed("00" + "61".repeat(10_000));
        }

        assertThat(stdin.count()).isZero();
        assertThat(transport.isPaused()).isFalse();
    }

    @Test
    void breakingOffSendsNoStatusAndNever1000() {
        ServerExec exec = open(Subprotocol.V5, PIPES);
        transport.sent.clear();

        assertThatThrownBy(() -> exec.breakOff(1000, "")).isInstanceOf(IllegalArgumentException.class);
        exec.breakOff(1001, "shutting down");
        exec.finish(Status.success());

        assertThat(transport.sent).containsExactly("close 1001 shutting down");
    }

    private ServerExec open(Subprotocol subprotocol, ServerExec.Streams streams) {
        ServerExec exec = new ServerExec(transport, subprotocol, streams);
        InboundChannel input = exec.stdin();
        if (input != null) {
            input.deliverTo(stdin);
        }
        exec.start(new Said());
        return exec;
    }

    private void feed(Subprotocol subprotocol, int channel, String text) throws WsStreamException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (subprotocol.codec() == Subprotocol.Codec.BASE64) {
            transport.feedText(channel + java.util.Base64.getEncoder().encodeToString(bytes));
        } else {
            transport.feed("0" + channel + Bytes.toHex(bytes));
        }
    }

    private static String hex(String text) {
        return Bytes.toHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private class Said implements ServerExec.Listener {
        @Override
        public void onResize(TerminalSize size) {
            said.add("resize " + size);
        }

        @Override
        public void onIgnored(String what) {
            said.add("ignored " + what);
        }

        @Override
        public void onPeerGone(String why) {
            said.add("gone");
        }

        @Override
        public void onEnd(@Nullable WsStreamException failure) {
            said.add("end" + (failure == null ? "" : " " + failure.getMessage()));
        }
    }
}
