package io.wsstream.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.WsStreamException;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.Frames;
import io.wsstream.core.testing.MemoryLink;
import io.wsstream.core.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A peer whose messages nobody takes: Pongs unasked, a little let in, and both bounds. */
class TrickleTest {
    private static final Duration OFF = Duration.ZERO;
    private static final WebSocketSettings NO_CLOCK =
            new WebSocketSettings(1 << 20, 100, 50, OFF, OFF, OFF, OFF, OFF, OFF);

    /** A Pong every 5 s; 100 bytes every 15 s, 250 a connection, 300 in all. */
    private final Trickle trickle = new Trickle(Duration.ofSeconds(5), Duration.ofSeconds(15), 100, 250, 300);

    @Test
    void aReaderThatIsNotBlockedSendsNoPongAndLetsNothingIn() {
        Blocked side = new Blocked();

        side.transport.resumeReads();
        side.ticks(6, 100);

        assertThat(side.link.waiting()).isEqualTo(1); // the Pong for the time before
        assertThat(trickle.usedBytes()).isZero();
    }

    @Test
    void whileReadsArePausedAPongGoesOutEveryFiveSeconds() {
        Blocked side = new Blocked();

        side.ticks(1, 14);

        assertThat(Bytes.toHex(side.link.takeAll())).isEqualTo("8a00"); // the second waits until this one is out
        side.ticks(15, 15);
        assertThat(Bytes.toHex(side.link.takeAll())).isEqualTo("8a00");
    }

    @Test
    void readsThatStopAndGoGetTheirPongsToo() {
        Blocked side = new Blocked();
        int pongs = 0;

        for (int now = 1; now <= 30; now++) {
            side.transport.resumeReads();
            side.transport.pauseReads();
            side.transport.resumeReads();
            side.ticks(now, now);
            pongs += side.link.takeAll().length / 2;
        }

        assertThat(pongs).isEqualTo(6);
    }

    @Test
    void everyFifteenSecondsAsMuchIsReadAsIsMissing() {
        Blocked side = new Blocked();

        side.ticks(1, 14);
        assertThat(side.link.isPaused()).isTrue();
        side.ticks(15, 15);
        assertThat(side.link.isPaused()).isFalse();
        side.message(60);
        assertThat(side.link.isPaused()).isFalse();
        side.message(60);
        assertThat(side.link.isPaused()).isTrue();

        side.ticks(16, 29);
        assertThat(side.link.isPaused()).isTrue();
    }

    @Test
    void whatWasReadAnywayCounts() {
        Blocked side = new Blocked();
        side.transport.resumeReads();
        side.message(120);
        side.transport.pauseReads();

        side.ticks(1, 29);
        assertThat(side.link.isPaused()).isTrue();

        side.ticks(30, 30);
        assertThat(side.link.isPaused()).isFalse();
    }

    @Test
    void pastTheBoundOfAConnectionItEndsWithAReason() {
        Blocked side = new Blocked();

        for (int now = 1; now <= 45; now++) {
            side.ticks(now, now);
            if (!side.link.isPaused()) {
                side.message(100);
            }
        }

        assertThat(side.waiting).isEqualTo(200);
        assertThat(side.end).hasMessageContaining("what was sent is not read: 200 bytes wait, of at most 250");
        assertThat(new String(side.link.takeAll(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .contains("\u0003\u00f0what was sent is not read");
    }

    @Test
    void theBoundOfAllStopsTricklesAndEndsNobody() {
        Blocked one = new Blocked();
        Blocked two = new Blocked();
        for (int now = 1; now <= 30; now++) {
            one.ticks(now, now);
            if (!one.link.isPaused()) {
                one.message(100);
            }
        }
        assertThat(trickle.usedBytes()).isEqualTo(200);

        two.ticks(1, 15);
        two.message(100);
        two.ticks(16, 600);

        assertThat(two.link.isPaused()).isTrue();
        assertThat(two.end).isNull();
        assertThat(trickle.usedBytes()).isEqualTo(300);
    }

    @Test
    void whatIsTakenFreesTheTotal() {
        Blocked one = new Blocked();
        one.ticks(1, 15);
        one.message(100);
        assertThat(trickle.usedBytes()).isEqualTo(100);

        one.waiting = 30;
        one.ticks(16, 16);

        assertThat(trickle.usedBytes()).isEqualTo(30);
    }

    @Test
    void aConnectionThatEndsFreesTheTotal() {
        Blocked one = new Blocked();
        one.ticks(1, 15);
        one.message(100);

        one.transport.linkClosed(null);

        assertThat(trickle.usedBytes()).isZero();
    }

    @Test
    void aGateThatOpensDuringATrickleStaysOpen() {
        Blocked side = new Blocked();
        side.ticks(1, 15);

        side.transport.resumeReads();
        side.message(200);

        assertThat(side.link.isPaused()).isFalse();
    }

    // ---------------------------------------------------------------- a peer that does not read

    /** client-go reads whole records, and pushes its clock when it meets a Pong in one. */
    @Test
    void everyOutputFillsARecordAtMostAndEndsItWithAPong() {
        MemoryLink link = new MemoryLink(1 << 14);
        WebSocketTransport transport = new WebSocketTransport(Role.SERVER, link, NO_CLOCK, trickle);
        int longest = transport.messageBytes();

        for (int size : new int[] {0, 1, 125, 126, longest}) {
            transport.send(false, payload(size, 14, 2), 14, null);

            byte[] sent = new byte[size];
            payload(size, 0, 0).get(sent);
            byte[] record = link.takeAll();
            assertThat(record).hasSizeLessThanOrEqualTo(1 << 14);
            assertThat(Bytes.toHex(record)).isEqualTo(Bytes.toHex(Frames.frame(Role.CLIENT, 0x82, sent, 0)) + "8a00");
        }
        assertThat(longest).isEqualTo((1 << 14) - 4 - 2);
    }

    @Test
    void anOutputWithoutRoomForThePongIsCopiedAndNothingBehindItIsTouched() {
        MemoryLink link = new MemoryLink(1 << 14);
        WebSocketTransport transport = new WebSocketTransport(Role.SERVER, link, NO_CLOCK, trickle);
        byte[] callers = Bytes.ofHex("000000000a0b7777");

        transport.send(false, ByteBuffer.wrap(callers, 4, 2), 0, null);
        transport.send(false, payload(2, 14, 1), 14, null);

        assertThat(Bytes.toHex(link.takeAll())).isEqualTo("82020a0b8a00" + "820200018a00");
        assertThat(callers).isEqualTo(Bytes.ofHex("000000000a0b7777"));
    }

    @Test
    void whatFillsNoRecordOrIsNoServersGoesWithoutAPong() {
        MemoryLink link = new MemoryLink(1 << 14);
        WebSocketTransport server = new WebSocketTransport(Role.SERVER, link, NO_CLOCK, trickle);
        server.send(false, payload(server.messageBytes() + 1, 14, 2), 14, null);
        assertThat(link.takeAll()).hasSize(4 + server.messageBytes() + 1);

        new WebSocketTransport(Role.CLIENT, link, NO_CLOCK, trickle).send(false, payload(1, 14, 2), 14, null);
        assertThat(link.takeAll()).hasSize(2 + 4 + 1);
        new WebSocketTransport(Role.SERVER, link, NO_CLOCK).send(false, payload(1, 14, 2), 14, null);
        assertThat(link.takeAll()).hasSize(2 + 1);
        MemoryLink plain = new MemoryLink();
        new WebSocketTransport(Role.SERVER, plain, NO_CLOCK, trickle).send(false, payload(1, 14, 2), 14, null);
        assertThat(plain.takeAll()).hasSize(2 + 1);
    }

    private static ByteBuffer payload(int size, int headroom, int tailroom) {
        ByteBuffer buffer = ByteBuffer.allocate(headroom + size + tailroom).position(headroom);
        for (int i = 0; i < size; i++) {
            buffer.put((byte) i);
        }
        return buffer.flip().position(headroom);
    }

    @Test
    void figuresThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new Trickle(OFF, Duration.ofSeconds(1), 1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected more than zero");
        assertThatThrownBy(() -> new Trickle(Duration.ofSeconds(1), Duration.ofSeconds(1), 2, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected at least one byte");
    }

    /** A connection whose receiver takes nothing, with reads paused. */
    private final class Blocked implements Transport.Receiver {
        final MemoryLink link = new MemoryLink();
        final WebSocketTransport transport = new WebSocketTransport(Role.SERVER, link, NO_CLOCK, trickle);
        long waiting;

        @Nullable
        WsStreamException end;

        Blocked() {
            transport.start(this);
            transport.pauseReads();
            transport.tick(0);
        }

        void ticks(int from, int to) {
            for (int now = from; now <= to; now++) {
                transport.tick(Duration.ofSeconds(now).toNanos());
            }
        }

        void message(int frameBytes) {
            transport.receive(ByteBuffer.wrap(Frames.frame(Role.SERVER, 0x82, new byte[frameBytes - 6], 0x01020304)));
        }

        @Override
        public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
            waiting += last ? part.remaining() + 6 : part.remaining();
        }

        @Override
        public long waitingBytes() {
            return waiting;
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClose(int code, String reason) {}

        @Override
        public void onEnd(@Nullable WsStreamException failure) {
            end = failure;
        }
    }
}
