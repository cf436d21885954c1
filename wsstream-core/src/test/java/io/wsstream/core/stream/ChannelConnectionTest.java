package io.wsstream.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.FakeTransport;
import io.wsstream.core.testing.SlowSink;
import io.wsstream.core.websocket.Role;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChannelConnectionTest {
    private final FakeTransport transport = new FakeTransport();
    private final List<String> said = new ArrayList<>();
    private final SlowSink sink = new SlowSink(() -> Integer.MAX_VALUE);

    @ParameterizedTest
    @EnumSource(Role.class)
    void aMessageIsOneChannelByteAndItsPayload(Role role) {
        ChannelConnection v4 = open(Subprotocol.V4, role);
        byte[] array = new byte[ChannelConnection.HEADROOM + 2];

        v4.send(1, ByteBuffer.wrap(array).position(ChannelConnection.HEADROOM), ChannelConnection.HEADROOM, null);
        v4.send(2, Bytes.hex("0102"), 0, null);
        v4.send(3, ByteBuffer.allocate(0), 0, null);

        assertThat(transport.sent).containsExactly("hex 010000", "hex 020102", "hex 03");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void headroomIsUsedForTheChannel(Role role) {
        byte[] array = new byte[3];

        open(Subprotocol.V4, role).send(1, ByteBuffer.wrap(array).position(1), 1, null);

        assertThat(array[0]).isEqualTo((byte) 1);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void base64IsOneDigitAndPaddedText(Role role) {
        ChannelConnection base64 = open(Subprotocol.V4_BASE64, role);

        base64.send(0, Bytes.hex("666f6f0a"), 0, null);
        base64.send(1, ByteBuffer.allocate(0), 0, null);

        assertThat(transport.sent).containsExactly("text 0Zm9vCg==", "text 1");
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void aBufferIsReleasedOnceUnderEveryCodec(Subprotocol subprotocol) {
        ChannelConnection connection = open(subprotocol, Role.SERVER);
        AtomicInteger released = new AtomicInteger();

        connection.send(1, Bytes.hex("01"), 0, released::incrementAndGet);
        connection.send(1, Bytes.hex("00000001").position(3), 3, released::incrementAndGet);

        assertThat(released).hasValue(2);
    }

    @Test
    void onlyAClientOnV5CanHalfClose() {
        open(Subprotocol.V5, Role.CLIENT).sendClose(0);
        assertThat(transport.sent).containsExactly("hex ff00");

        assertThatThrownBy(() -> open(Subprotocol.V5, Role.SERVER).sendClose(0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> open(Subprotocol.V4, Role.CLIENT).sendClose(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("v4.channel.k8s.io");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void theFirstMessageIsToldOnceWhateverItIs(Role role) throws Exception {
        open(Subprotocol.V4, role);

        transport.feed("01");
        transport.feed("0161");

        assertThat(said).containsExactly("first");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void whatNobodyReadsIsDropped(Role role) throws Exception {
        open(Subprotocol.V4, role);

        transport.feed("0161");
        transport.feed("0961");

        assertThat(said).containsExactly("first", "ignored channel 9 does not exist 1");
        assertThat(transport.isPaused()).isFalse();
    }

    @Test
    void closeOfAChannelEndsItAndNoOther() throws Exception {
        ChannelConnection v5 = new ChannelConnection(transport, Subprotocol.V5, Role.SERVER, 5);
        SlowSink other = new SlowSink(() -> Integer.MAX_VALUE);
        v5.receive(0, 100).deliverTo(sink);
        v5.receive(4, 100).deliverTo(other);
        v5.start(new Said());

        transport.feed("0061");
        transport.feed("ff00");
        transport.feed("0062");
        transport.feed("0463");

        assertThat(sink.taken()).containsExactly('a');
        assertThat(sink.ends()).isEqualTo(1);
        assertThat(other.ends()).isZero();
        assertThat(other.taken()).containsExactly('c');
        assertThat(said).containsExactly("first", "closed 0");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void thePeersCloseEndsTheChannelsBeforeItIsTold(Role role) {
        ChannelConnection connection = new ChannelConnection(transport, Subprotocol.V4, role, 5);
        connection.receive(1, 100).deliverTo(sink);
        List<Integer> endsWhenTold = new ArrayList<>();
        connection.start(new Said() {
            @Override
            public void onPeerClose(int code, String reason) {
                endsWhenTold.add(sink.ends());
                super.onPeerClose(code, reason);
            }
        });

        transport.peerCloses(1000, "bye");

        assertThat(endsWhenTold).containsExactly(1);
        assertThat(sink.ends()).isEqualTo(1);
        assertThat(said).containsExactly("peer closed 1000 bye", "end");
        assertThat(connection.isOutputEnded()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aLossEndsTheChannels(Role role) {
        ChannelConnection connection = new ChannelConnection(transport, Subprotocol.V4, role, 5);
        connection.receive(1, 100).deliverTo(sink);
        connection.start(new Said());

        transport.receiver().onEnd(new ConnectionLostException("cut", null));

        assertThat(sink.ends()).isEqualTo(1);
        assertThat(said).containsExactly("end cut");
        assertThat(connection.state()).isEqualTo(SessionState.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void ourCloseIsSentOnceAndEndsTheOutput(Role role) {
        ChannelConnection connection = open(Subprotocol.V4, role);
        AtomicInteger told = new AtomicInteger();
        connection.onOutputChange(told::incrementAndGet);

        connection.close(1001, "going");
        connection.close(1000, "");

        assertThat(transport.sent).containsExactly("close 1001 going");
        assertThat(told).hasValue(1);
        assertThat(connection.isOutputEnded()).isTrue();
        assertThat(connection.state()).isEqualTo(SessionState.CLOSING);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void bothMayCloseAtOnce(Role role) {
        ChannelConnection connection = open(Subprotocol.V4, role);

        connection.close(1000, "");
        transport.peerCloses(1000, "");

        assertThat(said).containsExactly("peer closed 1000", "end");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aFullChannelStopsTheReadsAndAnEmptiedOneResumesThem(Role role) throws Exception {
        ChannelConnection connection = new ChannelConnection(transport, Subprotocol.V4, role, 5);
        InboundChannel channel = connection.receive(1, 10);
        connection.start(new Said());

        transport.feed("01" + "00".repeat(10));
        assertThat(transport.isPaused()).isTrue();

        channel.deliverTo(sink);
        assertThat(transport.isPaused()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void roomInTheOutputIsHandedOn(Role role) {
        ChannelConnection connection = open(Subprotocol.V4, role);
        AtomicInteger told = new AtomicInteger();
        connection.onOutputChange(told::incrementAndGet);

        transport.setWritable(false);
        assertThat(connection.isWritable()).isFalse();
        transport.setWritable(true);

        assertThat(connection.isWritable()).isTrue();
        assertThat(told).hasValue(1);
    }

    private ChannelConnection open(Subprotocol subprotocol, Role role) {
        ChannelConnection connection = new ChannelConnection(transport, subprotocol, role, 5);
        connection.start(new Said());
        return connection;
    }

    private class Said implements ChannelConnection.Listener {
        @Override
        public void onFirstMessage() {
            said.add("first");
        }

        @Override
        public void onIgnored(String why, int bytes) {
            said.add("ignored " + why + " " + bytes);
        }

        @Override
        public void onChannelClose(int channel) {
            said.add("closed " + channel);
        }

        @Override
        public void onPeerClose(int code, String reason) {
            said.add("peer closed " + code + (reason.isEmpty() ? "" : " " + reason));
        }

        @Override
        public void onEnd(@Nullable WsStreamException failure) {
            said.add("end" + (failure == null ? "" : " " + failure.getMessage()));
        }
    }
}
