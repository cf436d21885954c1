package io.wsstream.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.WsTimeoutException;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.Frames;
import io.wsstream.core.testing.MemoryLink;
import io.wsstream.core.testing.MemoryPipe;
import io.wsstream.core.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketTransportTest {
    private static final Duration OFF = Duration.ZERO;
    private static final WebSocketSettings NO_CLOCK =
            new WebSocketSettings(1 << 20, 100, 50, OFF, OFF, OFF, OFF, OFF, OFF);

    @Nested
    class Input {
        @ParameterizedTest
        @EnumSource(Role.class)
        void nothingIsReadBeforeTheStart(Role role) {
            Side side = new Side(role, NO_CLOCK, false);

            assertThat(side.link.isPaused()).isTrue();
            side.transport.start(side.receiver);
            assertThat(side.link.isPaused()).isFalse();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aSecondStartIsAMistakeOfTheCaller(Role role) {
            Side side = new Side(role, NO_CLOCK);

            assertThatThrownBy(() -> side.transport.start(side.receiver)).isInstanceOf(IllegalStateException.class);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void messagesComeInOrder(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.feed(0x82, "0061");
            side.feed(0x01, "0062");
            side.feed(0x80, "63");

            assertThat(side.said).containsExactly("whole 0061", "first 0062", "last 63");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void readsArePausedAndResumedAtTheLink(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.transport.pauseReads();
            assertThat(side.link.isPaused()).isTrue();

            side.transport.resumeReads();
            assertThat(side.link.isPaused()).isFalse();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void whatTheLinkReadIsAlwaysConsumed(Role role) {
            Side side = new Side(role, NO_CLOCK);
            ByteBuffer bad = Bytes.hex("ffffffffffff");
            ByteBuffer late = Bytes.hex("0102");

            side.transport.receive(bad);
            side.transport.receive(late);

            assertThat(bad.hasRemaining()).isFalse();
            assertThat(late.hasRemaining()).isFalse();
        }
    }

    @Nested
    class Output {
        @ParameterizedTest
        @EnumSource(Role.class)
        void messagesGoInOrderAndWithTheirKind(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.transport.send(false, Bytes.hex("0061"), 0, null);
            side.transport.send(true, Bytes.hex("3061"), 0, null);
            side.transport.send(false, ByteBuffer.allocate(0), 0, null);

            assertThat(side.sentOpcodes()).containsExactly(Opcode.BINARY, Opcode.TEXT, Opcode.BINARY);
            assertThat(side.sent()).isEqualTo("whole 0061; whole 3061; whole -");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void headroomSparesTheCopy(Role role) {
            Side side = new Side(role, NO_CLOCK);
            byte[] array = new byte[14 + 200];

            side.transport.send(false, ByteBuffer.wrap(array, 14, 200), 14, null);
            int headerBytes = FrameEncoder.headerBytes(200, role == Role.CLIENT);

            assertThat(array[14 - headerBytes]).isEqualTo((byte) 0x82);
            assertThat(side.sent()).isEqualTo("whole " + "00".repeat(200));
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void justEnoughHeadroomSparesTheCopy(Role role) {
            Side side = new Side(role, NO_CLOCK);
            int headerBytes = FrameEncoder.headerBytes(2, role == Role.CLIENT);
            byte[] array = new byte[headerBytes + 2];

            side.transport.send(false, ByteBuffer.wrap(array, headerBytes, 2), headerBytes, null);

            assertThat(array[0]).isEqualTo((byte) 0x82);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void bytesOutsideMessageAndHeadroomStay(Role role) {
            Side side = new Side(role, NO_CLOCK);
            byte[] array = new byte[64];
            int headroom = FrameEncoder.headerBytes(10, role == Role.CLIENT) - 1;

            side.transport.send(false, ByteBuffer.wrap(array, 20, 10), headroom, null);
            side.sent();

            assertThat(array).containsOnly(0);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void readOnlyAndDirectBuffersAreSentToo(Role role) {
            Side side = new Side(role, NO_CLOCK);
            byte[] array = Bytes.pattern(40);
            ByteBuffer direct = ByteBuffer.allocateDirect(40).put(array).position(20);

            side.transport.send(false, ByteBuffer.wrap(array).position(20).asReadOnlyBuffer(), 20, null);
            side.transport.send(false, direct, 20, null);

            String tail = Bytes.toHex(ByteBuffer.wrap(Bytes.pattern(40), 20, 20));
            assertThat(side.sent()).isEqualTo("whole " + tail + "; whole " + tail);
        }

        @Test
        void aServerSendsUnmaskedAndAClientWithAFreshKeyEachTime() {
            Side server = new Side(Role.SERVER, NO_CLOCK);
            Side client = new Side(Role.CLIENT, NO_CLOCK);

            server.transport.send(false, Bytes.hex("0061"), 0, null);
            client.transport.send(false, Bytes.hex("0061"), 0, null);
            client.transport.send(false, Bytes.hex("0061"), 0, null);

            assertThat(Bytes.toHex(server.link.takeAll())).isEqualTo("82020061");
            byte[] one = client.link.takeOne();
            byte[] two = client.link.takeOne();
            assertThat(one).startsWith(0x82, 0x82).hasSize(8);
            assertThat(one).isNotEqualTo(two);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void theQueueIsFullFromTheHighMarkOn(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.send(90);
            assertThat(side.transport.isWritable()).isTrue();

            side.send(10);
            assertThat(side.transport.isWritable()).isFalse();
            assertThat(side.transport.queuedBytes()).isEqualTo(100);
            assertThat(side.link.takeAll()).hasSize(100);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void whoSendsOnAndOnWithoutRoomLosesTheConnection(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.send((64 << 20) - 100);
            side.send(100);
            assertThat(side.said).isEmpty();

            AtomicInteger released = side.sendCounted();

            assertThat(side.said).containsExactly("end WsStreamException");
            assertThat(side.link.isAborted()).isTrue();
            assertThat(released).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aCloseFindsRoomWhateverWaits(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.send((64 << 20) + 1);

            side.transport.close(1000, "");
            side.sendCounted();

            assertThat(side.said).isEmpty();
            assertThat(side.link.isAborted()).isFalse();
            assertThat(side.sentOpcodes()).containsExactly(Opcode.BINARY, Opcode.CLOSE);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void roomIsToldOnceExactlyWhenTheLowMarkIsReached(Role role) {
            Side side = new Side(role, NO_CLOCK);
            for (int i = 0; i < 10; i++) {
                side.send(10);
            }

            side.takeFrames(4);
            assertThat(side.said).isEmpty();

            side.takeFrames(1);
            assertThat(side.said).containsExactly("writable");

            side.takeFrames(5);
            assertThat(side.said).containsExactly("writable");
            assertThat(side.transport.queuedBytes()).isZero();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void roomIsNotToldWhenTheQueueWasNeverFull(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.send(99);

            side.link.takeAll();

            assertThat(side.said).isEmpty();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void roomIsToldAgainEachTimeTheQueueWasFull(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.send(100);
            side.link.takeAll();
            side.send(100);
            side.link.takeAll();

            assertThat(side.said).containsExactly("writable", "writable");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void whatTheReceiverSendsWhenTheQueueHasRoomGoesInOrder(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.onWritable = () -> side.transport.send(false, Bytes.hex("02"), 0, null);
            side.transport.send(false, ByteBuffer.wrap(new byte[100]), 0, null);
            side.transport.send(false, Bytes.hex("01"), 0, null);

            assertThat(side.sent()).isEqualTo("whole " + "00".repeat(100) + "; whole 01; whole 02");
        }
    }

    @Nested
    class Released {
        @ParameterizedTest
        @EnumSource(Role.class)
        void onceWhenTheMessageIsOutAndNotBefore(Role role) {
            Side side = new Side(role, NO_CLOCK);
            AtomicInteger released = side.sendCounted();

            side.link.take(2);
            assertThat(released).hasValue(0);

            side.link.takeAll();
            assertThat(released).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void onceWhenTheLinkIsLost(Role role) {
            Side side = new Side(role, NO_CLOCK);
            AtomicInteger first = side.sendCounted();
            AtomicInteger second = side.sendCounted();

            side.link.dropWaiting();
            side.transport.linkClosed(new IOException("reset"));

            assertThat(first).hasValue(1);
            assertThat(second).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void onceWhenTheConnectionIsAborted(Role role) {
            Side side = new Side(role, NO_CLOCK);
            AtomicInteger released = side.sendCounted();

            side.transport.abort();
            side.transport.linkClosed(null);

            assertThat(released).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void atOnceAfterOurClose(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.close(1000, "");

            assertThat(side.sendCounted()).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void atOnceAfterThePeersClose(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.feed(0x88, "03e8");

            assertThat(side.sendCounted()).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void atOnceAfterAViolation(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.receive(Bytes.hex("ff"));
            side.transport.receive(Bytes.hex("ff"));

            assertThat(side.sendCounted()).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void atOnceAfterTheEnd(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.linkClosed(null);

            assertThat(side.sendCounted()).hasValue(1);
            assertThat(side.transport.queuedBytes()).isZero();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void onceForAMessageThatWaitedBehindAWriteWhenTheLinkIsLost(Role role) {
            Side side = new Side(role, NO_CLOCK);
            List<AtomicInteger> behind = new ArrayList<>();
            side.link.onWrite(() -> {
                side.link.onWrite(() -> {});
                behind.add(side.sendCounted());
                side.link.dropWaiting();
                side.transport.linkClosed(new IOException("reset"));
                assertThat(behind.get(0)).hasValue(1); // At once: a write may hang as long as it likes.
            });

            AtomicInteger first = side.sendCounted();

            assertThat(first).hasValue(1);
            assertThat(behind.get(0)).hasValue(1);
            assertThat(side.transport.queuedBytes()).isZero();
        }
    }

    @Nested
    class ControlFrames {
        @ParameterizedTest
        @EnumSource(Role.class)
        void aPingIsAnsweredWithItsPayload(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.feed(0x89, "48656c6c6f");
            side.feed(0x89, "");

            assertThat(side.sent()).isEqualTo("pong 48656c6c6f; pong -");
            assertThat(side.said).isEmpty();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aFloodOfPingsCostsOneQueuedPongAndTheNewestIsAnswered(Role role) {
            Side side = new Side(role, NO_CLOCK);

            for (int i = 0; i < 1000; i++) {
                side.feed(0x89, String.format("%04x", i));
            }

            assertThat(side.link.waiting()).isEqualTo(1);
            assertThat(side.transport.queuedBytes()).isEqualTo(role == Role.CLIENT ? 8 : 4);
            assertThat(side.sent()).isEqualTo("pong 0000; pong 03e7");
            side.feed(0x89, "07");
            assertThat(side.sent()).isEqualTo("pong 07");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aPongIsTakenWithoutAWord(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.feed(0x8A, "01");

            assertThat(side.said).isEmpty();
            assertThat(side.sent()).isEqualTo("-");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void pingsAreAnsweredInTheMiddleOfAMessage(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.feed(0x02, "0061");
            side.feed(0x89, "01");

            assertThat(side.sent()).isEqualTo("pong 01");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void afterOurCloseNoPongIsSent(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.close(1000, "");

            side.feed(0x89, "01");

            assertThat(side.sent()).isEqualTo("close 1000");
        }
    }

    @Nested
    class Closing {
        @ParameterizedTest
        @EnumSource(Role.class)
        void oursWaitsForThePeers(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.transport.close(1000, "bye");
            assertThat(side.sent()).isEqualTo("close 1000 bye");
            assertThat(side.link.isClosing()).isFalse();
            assertThat(side.said).isEmpty();

            side.feed(0x88, "03e8");
            assertThat(side.link.isClosing()).isTrue();
            assertThat(side.said).containsExactly("end");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void thePeersIsToldAndAnsweredWithItsCodeAndEndsTheLinkWhenTheAnswerIsOut(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.feed(0x88, "03e9" + "62796521");
            assertThat(side.said).containsExactly("close 1001 bye!", "end");
            assertThat(side.link.isClosing()).isFalse();

            assertThat(side.sent()).isEqualTo("close 1001");
            assertThat(side.link.isClosing()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void anEmptyCloseIsAnsweredWithAnEmptyOne(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.feed(0x88, "");

            assertThat(side.said).containsExactly("close 1005", "end");
            assertThat(side.sent()).isEqualTo("close 1005");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void whatWasSentBeforeOurCloseGoesBeforeItAndNothingAfterIt(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.transport.send(false, Bytes.hex("01"), 0, null);
            side.transport.close(1000, "");
            side.transport.send(false, Bytes.hex("02"), 0, null);

            assertThat(side.sent()).isEqualTo("whole 01; close 1000");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void whatWasSentBeforeThePeersCloseGoesBeforeTheAnswer(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.transport.send(false, Bytes.hex("01"), 0, null);
            side.feed(0x88, "03e8");

            assertThat(side.sent()).isEqualTo("whole 01; close 1000");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void dataAfterOurCloseIsDroppedAndTheLinkKept(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.close(1000, "");
            side.sent();

            side.feed(0x82, "0061");
            side.feed(0x02, "0062");
            side.feed(0x80, "0063");

            assertThat(side.said).isEmpty();
            assertThat(side.link.isClosing()).isFalse();
            assertThat(side.link.isAborted()).isFalse();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void dataAfterThePeersCloseIsDropped(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.feed(0x88, "03e8");

            side.feed(0x82, "0061");

            assertThat(side.said).containsExactly("close 1000", "end");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void ourCloseOpensTheReadsAgainAndKeepsThemOpen(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.pauseReads();

            side.transport.close(1000, "");
            assertThat(side.link.isPaused()).isFalse();

            side.transport.pauseReads();
            assertThat(side.link.isPaused()).isFalse();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void ourCloseOpensTheReadsAlsoWhenAnotherThreadIsPausingThem(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.link.onPause(() -> side.transport.close(1000, ""));

            side.transport.pauseReads();

            assertThat(side.link.isPaused()).isFalse();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void onlyTheFirstOfOurClosesIsSent(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.transport.close(1001, "first");
            side.transport.close(1000, "second");

            assertThat(side.sent()).isEqualTo("close 1001 first");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void ourCloseAfterThePeersIsNotSent(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.feed(0x88, "03e9");

            side.transport.close(1000, "");

            assertThat(side.sent()).isEqualTo("close 1001");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aReasonThatIsTooLongIsCut(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.transport.close(1001, "x".repeat(500));

            assertThat(side.sent()).isEqualTo("close 1001 " + "x".repeat(123));
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 999, 1004, 1006, 1015, 2999, 5000})
        void aCodeThatMayNotBeSentIsAMistakeOfTheCaller(int code) {
            Side side = new Side(Role.SERVER, NO_CLOCK);

            assertThatThrownBy(() -> side.transport.close(code, "")).isInstanceOf(IllegalArgumentException.class);
            assertThat(side.sent()).isEqualTo("-");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void theLinkIsNotClosedBeforeOurCloseWasWritten(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.link.onWrite(() -> {
                // Another thread closes and yet another reads the peer's Close, while this one is writing.
                side.link.onWrite(() -> {});
                side.transport.close(1000, "");
                side.feed(0x88, "03e8");
            });

            side.transport.send(false, Bytes.hex("01"), 0, null);

            assertThat(side.link.writtenAfterClose()).isZero();
            assertThat(side.sent()).isEqualTo("whole 01; close 1000");
            assertThat(side.link.isClosing()).isTrue();
        }

        @Test
        void bothAtTheSameTimeEndProperlyOnBothSides() {
            MemoryPipe pipe = new MemoryPipe();
            Recorder server = new Recorder();
            Recorder client = new Recorder();
            pipe.server().start(server);
            pipe.client().start(client);

            pipe.server().close(1000, "");
            pipe.client().close(1001, "");
            pipe.run(new Random(1));

            assertThat(server.said).containsExactly("end");
            assertThat(client.said).containsExactly("end");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aReceiverThatFailsOnThePeersCloseDoesNotKeepItFromItsAnswer(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.onClose = () -> {
                throw new IllegalStateException("bug");
            };

            side.feed(0x88, "03e8");

            assertThat(side.sent()).isEqualTo("close 1000");
            assertThat(side.said).containsExactly("close 1000", "end");
        }
    }

    @Nested
    class Violations {
        @ParameterizedTest
        @EnumSource(Role.class)
        void areAnsweredWithTheirCodeAndEndTheConnection(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.feed(0xC2, "00");

            assertThat(side.said).containsExactly("end ProtocolViolationException");
            assertThat(side.link.isClosing()).isFalse();
            assertThat(side.sent()).startsWith("close 1002 reserved bits");
            assertThat(side.link.isClosing()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void ofTheSizeAreAnsweredWith1009(Role role) {
            Side side = new Side(role, new WebSocketSettings(3, 100, 50, OFF, OFF, OFF, OFF, OFF, OFF));

            side.feed(0x82, "00010203");

            assertThat(side.sent()).startsWith("close 1009 ");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void thatTheReceiverFindsAreAnsweredWithItsCode(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.onMessage = new ProtocolViolationException(1008, "not here");

            side.feed(0x82, "0061");

            assertThat(side.said).containsExactly("whole 0061", "end ProtocolViolationException");
            assertThat(side.sent()).isEqualTo("close 1008 not here");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void otherFailuresOfTheReceiverAreAnsweredWith1011(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.onMessage = new WsStreamException("cannot", null);

            side.feed(0x82, "0061");

            assertThat(side.sent()).isEqualTo("close 1011 cannot");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void bugsOfTheReceiverAreAnsweredWith1011(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.onMessage = new IllegalStateException("bug");

            side.feed(0x82, "0061");

            assertThat(side.sent()).startsWith("close 1011 ");
            assertThat(side.said).containsExactly("whole 0061", "end WsStreamException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void areFollowedBySilenceWhateverComes(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.feed(0xC2, "00");
            side.sent();

            side.feed(0x82, "0061");
            side.feed(0x89, "");
            side.feed(0x88, "03e8");

            assertThat(side.said).containsExactly("end ProtocolViolationException");
            assertThat(side.sent()).isEqualTo("-");
            assertThat(side.link.isPaused()).isFalse();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void afterOurCloseEndTheConnectionWithoutASecondClose(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.close(1000, "");

            side.feed(0xC2, "00");

            assertThat(side.link.isClosing()).isFalse();
            assertThat(side.sent()).isEqualTo("close 1000");
            assertThat(side.link.isClosing()).isTrue();
            assertThat(side.said).containsExactly("end ProtocolViolationException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void afterOurCloseIsOutEndTheLinkAtOnce(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.close(1000, "");
            side.sent();

            side.feed(0xC2, "00");

            assertThat(side.link.isClosing()).isTrue();
            assertThat(side.link.writtenAfterClose()).isZero();
        }
    }

    @Nested
    class TheEnd {
        @ParameterizedTest
        @EnumSource(Role.class)
        void isALossWhenTheLinkEndsWithoutAClose(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.transport.linkClosed(null);
            side.transport.linkClosed(new IOException("again"));

            assertThat(side.said).containsExactly("end ConnectionLostException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void keepsTheCauseOfTheLoss(Role role) {
            Side side = new Side(role, NO_CLOCK);
            IOException cause = new IOException("Connection reset");

            side.transport.linkClosed(cause);

            assertThat(side.end).isInstanceOf(ConnectionLostException.class).hasCause(cause);
            assertThat(side.end).hasMessageContaining("Connection reset");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void isALossWhenTheLinkEndsAfterOurCloseAndBeforeThePeers(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.close(1000, "");

            side.transport.linkClosed(null);

            assertThat(side.said).containsExactly("end ConnectionLostException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void isToldOnceWhenTheLinkIsLostAfterThePeersClose(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.feed(0x88, "03e8");

            side.transport.linkClosed(new IOException("reset"));

            assertThat(side.said).containsExactly("close 1000", "end");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void isToldOnceWhenTheLinkIsLostAfterBothCloses(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.transport.close(1000, "");
            side.feed(0x88, "03e8");

            side.transport.linkClosed(new IOException("reset"));

            assertThat(side.said).containsExactly("end");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void isToldOnceWhenTheLinkIsLostAfterAViolation(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.feed(0xC2, "00");

            side.transport.linkClosed(new IOException("reset"));

            assertThat(side.said).containsExactly("end ProtocolViolationException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void isToldOnceWhenTheLinkIsLostAfterATimeout(Role role) {
            Side side = new Side(role, silence(10));
            side.tick(0);
            side.tick(10);

            side.transport.linkClosed(new IOException("reset"));

            assertThat(side.said).containsExactly("end WsTimeoutException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void isToldToWhoeverStartsAfterIt(Role role) {
            Side side = new Side(role, NO_CLOCK, false);
            side.transport.linkClosed(new IOException("reset"));

            side.transport.start(side.receiver);

            assertThat(side.said).containsExactly("end ConnectionLostException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void waitsUntilTheReceiverIsOutOfAMessageAndIsTheLastCall(Role role) {
            Side side = new Side(role, silence(61));
            side.tick(0);
            side.duringMessage = () -> side.transport.linkClosed(null);

            side.feedTogether("0061", "0062", "03e8");

            assertThat(side.said).containsExactly("whole 0061", "end ConnectionLostException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void byTheTimerWaitsToo(Role role) {
            Side side = new Side(role, silence(61));
            side.tick(0);
            side.duringMessage = () -> {
                side.tick(1); // takes note of what came
                side.tick(62);
            };

            side.feedTogether("0061", "0062", "03e8");

            assertThat(side.said).containsExactly("whole 0061", "end WsTimeoutException");
            side.feed(0x82, "0063");
            assertThat(side.said).hasSize(2);
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void isTheLastCallEvenWhenAFullQueueIsDropped(Role role) {
            Side side = new Side(role, silence(10));
            side.tick(0);
            side.send(100);
            side.link.take(1);

            side.transport.linkClosed(null);
            side.link.dropWaiting();

            assertThat(side.said).containsExactly("end ConnectionLostException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void comesAfterAnAbortThroughTheLink(Role role) {
            Side side = new Side(role, NO_CLOCK);

            side.transport.abort();
            assertThat(side.link.isAborted()).isTrue();

            side.transport.linkClosed(null);
            assertThat(side.said).containsExactly("end ConnectionLostException");
        }
    }

    @Nested
    class Time {
        @ParameterizedTest
        @EnumSource(Role.class)
        void aPingIsSentEachInterval(Role role) {
            Side side = new Side(role, new WebSocketSettings(1000, 100, 50, sec(5), OFF, OFF, OFF, OFF, OFF));

            side.tick(0);
            side.tick(4);
            assertThat(side.sent()).isEqualTo("-");
            side.tick(5);
            assertThat(side.sent()).isEqualTo("ping -");
            side.tick(9);
            side.tick(10);
            assertThat(side.sent()).isEqualTo("ping -");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void pingsDoNotPileUpBehindAStalledOutput(Role role) {
            Side side = new Side(role, new WebSocketSettings(1000, 100, 50, sec(5), OFF, OFF, OFF, OFF, OFF));

            for (int now = 0; now <= 100; now++) {
                side.tick(now);
            }

            assertThat(side.sent()).isEqualTo("ping -");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void afterAnyCloseNoPingIsSent(Role role) {
            Side side = new Side(role, new WebSocketSettings(1000, 100, 50, sec(5), OFF, OFF, OFF, OFF, OFF));
            side.tick(0);
            side.transport.close(1000, "");

            side.tick(10);

            assertThat(side.sent()).isEqualTo("close 1000");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aSilentPeerIsLost(Role role) {
            Side side = new Side(role, silence(61));

            side.tick(100);
            side.tick(160);
            assertThat(side.said).isEmpty();
            side.tick(161);

            assertThat(side.said).containsExactly("end WsTimeoutException");
            assertThat(((WsTimeoutException) Objects.requireNonNull(side.end)).bound())
                    .isEqualTo(sec(61));
            assertThat(side.link.isAborted()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void anyByteBreaksTheSilence(Role role) {
            Side side = new Side(role, silence(61));
            side.tick(0);

            side.tick(60);
            side.transport.receive(ByteBuffer.wrap(Frames.frame(role, 0x82, new byte[9], 7), 0, 1));
            side.tick(61);
            side.tick(121);
            assertThat(side.said).isEmpty();
            side.tick(122);

            assertThat(side.said).containsExactly("end WsTimeoutException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void silenceDoesNotCountWhileWeDoNotRead(Role role) {
            Side side = new Side(role, silence(61));
            side.tick(0);
            side.transport.pauseReads();

            for (int now = 1; now <= 1000; now++) {
                side.tick(now);
            }
            assertThat(side.said).isEmpty();

            side.transport.resumeReads();
            side.tick(1060);
            assertThat(side.said).isEmpty();
            side.tick(1061);
            assertThat(side.said).containsExactly("end WsTimeoutException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void silenceDoesNotCountWhileThePeerTakesNothing(Role role) {
            Side side = new Side(role, silence(61));
            side.send(10);

            for (int now = 0; now <= 1000; now++) {
                side.tick(now);
            }
            assertThat(side.said).isEmpty();

            side.link.takeAll();
            side.tick(1060);
            assertThat(side.said).isEmpty();
            side.tick(1061);
            assertThat(side.said).containsExactly("end WsTimeoutException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void silenceDoesNotCountWhileThePeerTakesWhatStandsBeforeOurPing(Role role) {
            Side side = new Side(role, silence(61));
            side.send(10);

            for (int now = 0; now <= 1000; now++) {
                side.send(10);
                side.takeFrames(1);
                side.tick(now);
            }

            assertThat(side.said).isEmpty();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aStalledOutputLosesThePeerAtItsOwnBound(Role role) {
            Side side = new Side(role, new WebSocketSettings(1000, 100, 50, OFF, sec(5), OFF, sec(20), OFF, OFF));
            side.tick(0);
            side.send(10);
            side.send(10);

            for (int now = 1; now < 20; now++) {
                side.tick(now);
            }
            side.takeFrames(1);
            for (int now = 20; now < 40; now++) {
                side.tick(now);
            }
            assertThat(side.said).isEmpty();
            side.tick(40);

            assertThat(side.said).containsExactly("end WsTimeoutException");
            assertThat(side.link.isAborted()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void anEmptyOutputIsNoStall(Role role) {
            Side side = new Side(role, new WebSocketSettings(1000, 100, 50, OFF, OFF, OFF, sec(20), OFF, OFF));

            for (int now = 0; now <= 100; now++) {
                side.tick(now);
            }

            assertThat(side.said).isEmpty();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void withoutDataTheConnectionIsEndedWith1001(Role role) {
            Side side = new Side(role, idle(100));
            side.tick(0);

            side.tick(99);
            assertThat(side.sent()).isEqualTo("-");
            side.tick(100);

            assertThat(side.sent()).startsWith("close 1001 no data for 100 s");
            assertThat(side.said).containsExactly("end WsTimeoutException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void dataEitherWayCountsAgainstIdlenessAndControlFramesDoNot(Role role) {
            Side side = new Side(role, idle(100));
            side.tick(0);

            side.feed(0x82, "0061");
            side.tick(90);
            side.tick(180);
            side.send(10);
            side.tick(185);
            side.feed(0x89, "");
            side.feed(0x8A, "");
            side.tick(284);
            assertThat(side.said).containsExactly("whole 0061");
            side.tick(285);

            assertThat(side.said).containsExactly("whole 0061", "end WsTimeoutException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void theBoundOfIdlenessMayChangeAtAnyTime(Role role) {
            Side side = new Side(role, idle(100));
            side.tick(0);
            side.transport.setIdleTimeout(OFF);
            side.tick(200);
            assertThat(side.said).isEmpty();

            side.transport.setIdleTimeout(sec(201));
            side.tick(200);
            assertThat(side.said).isEmpty();
            side.tick(201);

            assertThat(side.said).containsExactly("end WsTimeoutException");
            assertThat(side.sent()).isEqualTo("close 1001 no data for 201 s");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void theBoundOfAStallMayChangeAtAnyTime(Role role) {
            Side side = new Side(role, new WebSocketSettings(1000, 100, 50, OFF, OFF, OFF, sec(100), OFF, OFF));
            side.send(10);
            side.tick(0);
            side.tick(9);
            assertThat(side.said).isEmpty();

            side.transport.setWriteTimeout(sec(10));
            side.tick(10);

            assertThat(side.said).containsExactly("end WsTimeoutException");
            assertThat(side.link.isAborted()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aPeerThatAnswersTheCloseForIdlenessNeedNotWaitForTheLinger(Role role) {
            Side side = new Side(role, idle(100));
            side.tick(0);
            side.tick(100);
            side.sent();

            side.feed(0x88, "03e9");

            assertThat(side.link.isClosing()).isTrue();
            assertThat(side.said).containsExactly("end WsTimeoutException");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aPeerThatDoesNotAnswerOurCloseIsDroppedAfterTheLinger(Role role) {
            Side side = new Side(role, linger(30, 900));
            side.tick(0);
            side.transport.close(1000, "");
            side.sent();

            side.tick(1);
            side.tick(30);
            assertThat(side.link.isAborted()).isFalse();
            side.tick(31);

            assertThat(side.link.isAborted()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void bytesOfThePeerProlongTheLingerButNotBeyondItsTotal(Role role) {
            Side side = new Side(role, linger(30, 90));
            side.tick(0);
            side.transport.close(1000, "");
            side.sent();

            for (int now = 1; now <= 90; now++) {
                side.feed(0x82, "0061");
                side.tick(now);
                assertThat(side.link.isAborted()).as("%d s", now).isFalse();
            }
            side.feed(0x82, "0061");
            side.tick(91);

            assertThat(side.link.isAborted()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void theLingerBeginsWhenTheQueueIsEmpty(Role role) {
            Side side = new Side(role, linger(30, 90));
            side.tick(0);
            side.send(10);
            side.transport.close(1000, "");

            for (int now = 1; now <= 500; now++) {
                side.tick(now);
            }
            assertThat(side.link.isAborted()).isFalse();
            side.sent();
            side.tick(501);
            side.tick(530);
            assertThat(side.link.isAborted()).isFalse();
            side.tick(531);

            assertThat(side.link.isAborted()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aQueueThatDoesNotEmptyAfterOurCloseIsBoundByTheStall(Role role) {
            Side side = new Side(role, new WebSocketSettings(1000, 100, 50, OFF, OFF, OFF, sec(20), sec(5), sec(9)));
            side.tick(0);
            side.send(10);
            side.transport.close(1000, "");

            side.tick(19);
            assertThat(side.link.isAborted()).isFalse();
            side.tick(20);

            assertThat(side.link.isAborted()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aPeerThatHasClosedAndTakesNothingIsDroppedAfterTheLingerAndNotTheStall(Role role) {
            Side side =
                    new Side(role, new WebSocketSettings(1000, 100, 50, OFF, OFF, OFF, sec(2000), sec(30), sec(90)));
            side.tick(0);
            side.send(10);
            side.tick(500); // it had not read for long
            side.feed(0x88, "03e8");

            side.tick(501);
            side.tick(530);
            assertThat(side.link.isAborted()).isFalse();
            side.tick(531);

            assertThat(side.link.isAborted()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aPeerThatHasClosedAndGoesOnTakingIsServedToTheEnd(Role role) {
            Side side = new Side(role, linger(30, 90));
            side.tick(0);
            for (int i = 0; i < 10; i++) {
                side.send(10);
            }
            side.feed(0x88, "03e8");

            for (int now = 20; now <= 200; now += 20) {
                side.takeFrames(1);
                side.tick(now);
                assertThat(side.link.isAborted()).as("%d s", now).isFalse();
            }
            assertThat(side.sent()).isEqualTo("close 1000");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aLinkThatDoesNotEndAfterBothClosesIsDroppedAfterTheLinger(Role role) {
            Side side = new Side(role, linger(30, 900));
            side.tick(0);
            side.feed(0x88, "03e8");
            side.sent();

            side.tick(1);
            side.tick(31);

            assertThat(side.link.isAborted()).isTrue();
            assertThat(side.said).containsExactly("close 1000", "end");
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aPeerThatBrokeARuleIsDroppedAfterTheLinger(Role role) {
            Side side = new Side(role, linger(30, 900));
            side.tick(0);
            side.feed(0xC2, "00");
            side.sent();

            side.tick(1);
            side.tick(31);

            assertThat(side.link.isAborted()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void boundsOfZeroAreOff(Role role) {
            Side side = new Side(role, NO_CLOCK);
            side.send(10);

            side.tick(0);
            side.tick(1_000_000);
            side.transport.close(1000, "");
            side.tick(1_000_001);
            side.tick(9_000_000);

            assertThat(side.said).isEmpty();
            assertThat(side.link.isAborted()).isFalse();
        }

        @ParameterizedTest
        @EnumSource(Role.class)
        void aClockThatStartsBelowZeroIsAsGoodAsAny(Role role) {
            Side side = new Side(role, silence(61));

            side.transport.tick(Long.MAX_VALUE - 1);
            side.transport.tick(Long.MIN_VALUE + sec(60).toNanos());
            assertThat(side.said).isEmpty();
            side.transport.tick(Long.MIN_VALUE + sec(61).toNanos());

            assertThat(side.said).containsExactly("end WsTimeoutException");
        }
    }

    @Test
    void twoSidesCarryAnyMessagesOverAnyPieces() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            MemoryPipe pipe = new MemoryPipe();
            Recorder server = new Recorder();
            Recorder client = new Recorder();
            pipe.server().start(server);
            pipe.client().start(client);
            StringBuilder toServer = new StringBuilder();
            StringBuilder toClient = new StringBuilder();

            for (int i = 0; i < 60; i++) {
                byte[] message = new byte[random.nextInt(random.nextInt(20) == 0 ? 200_000 : 300)];
                random.nextBytes(message);
                boolean up = random.nextBoolean();
                (up ? toServer : toClient).append(message.length == 0 ? "" : Bytes.toHex(message));
                byte[] roomy = new byte[message.length + 20];
                System.arraycopy(message, 0, roomy, 20, message.length);
                (up ? pipe.client() : pipe.server())
                        .send(random.nextBoolean(), ByteBuffer.wrap(roomy).position(20), random.nextInt(21), null);
                pipe.step(random);
            }
            pipe.run(random);
            pipe.client().close(1000, "done");
            pipe.run(random);

            assertThat(server.bytes()).as("seed %d, round %d", seed, round).isEqualTo(toServer.toString());
            assertThat(client.bytes()).as("seed %d, round %d", seed, round).isEqualTo(toClient.toString());
            assertThat(server.said).endsWith("close 1000 done", "end");
            assertThat(client.said).endsWith("end");
        }
    }

    private static Duration sec(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static WebSocketSettings silence(int seconds) {
        return new WebSocketSettings(1000, 100, 50, OFF, sec(seconds), OFF, OFF, OFF, OFF);
    }

    private static WebSocketSettings idle(int seconds) {
        return new WebSocketSettings(1000, 100, 50, OFF, OFF, sec(seconds), OFF, OFF, OFF);
    }

    private static WebSocketSettings linger(int seconds, int total) {
        return new WebSocketSettings(1000, 100, 50, OFF, OFF, OFF, OFF, sec(seconds), sec(total));
    }

    /** Writes what it is told as phrases. */
    private static class Recorder implements Transport.Receiver {
        final List<String> said = new ArrayList<>();

        @Nullable
        WsStreamException end;

        @Nullable
        Exception onMessage;

        Runnable duringMessage = () -> {};
        Runnable onWritable = () -> {};
        Runnable onClose = () -> {};

        @Override
        public void onMessagePart(ByteBuffer part, boolean first, boolean last) throws WsStreamException {
            String place = first ? (last ? "whole " : "first ") : last ? "last " : "middle ";
            duringMessage.run();
            said.add(place + Bytes.toHex(part));
            if (onMessage instanceof WsStreamException known) {
                throw known;
            }
            if (onMessage instanceof RuntimeException bug) {
                throw bug;
            }
        }

        @Override
        public void onWritable() {
            said.add("writable");
            onWritable.run();
        }

        @Override
        public void onClose(int code, String reason) {
            said.add("close " + code + (reason.isEmpty() ? "" : " " + reason));
            onClose.run();
        }

        @Override
        public void onEnd(@Nullable WsStreamException failure) {
            end = failure;
            said.add("end" + (failure == null ? "" : " " + failure.getClass().getSimpleName()));
        }

        String bytes() {
            StringBuilder hex = new StringBuilder();
            for (String phrase : said) {
                if (!phrase.startsWith("close") && !phrase.startsWith("end") && !phrase.equals("writable")) {
                    hex.append(phrase.substring(phrase.indexOf(' ') + 1).replace("-", ""));
                }
            }
            return hex.toString();
        }
    }

    /** One side under test, with the test as its peer, its link and its clock. */
    private static final class Side extends Recorder {
        final Role role;
        final MemoryLink link = new MemoryLink();
        final WebSocketTransport transport;
        final Transport.Receiver receiver = this;

        Side(Role role, WebSocketSettings settings) {
            this(role, settings, true);
        }

        Side(Role role, WebSocketSettings settings, boolean start) {
            this.role = role;
            this.transport = new WebSocketTransport(role, link, settings);
            if (start) {
                transport.start(receiver);
            }
        }

        void feed(int firstByte, String payload) {
            byte[] bytes = payload.isEmpty() ? new byte[0] : Bytes.ofHex(payload);
            transport.receive(ByteBuffer.wrap(Frames.frame(role, firstByte, bytes, 0x0A0B0C0D)));
        }

        /** Feeds two messages and a Close in one read. */
        void feedTogether(String one, String two, String close) {
            java.io.ByteArrayOutputStream wire = new java.io.ByteArrayOutputStream();
            wire.writeBytes(Frames.frame(role, 0x82, Bytes.ofHex(one), 0x0A0B0C0D));
            wire.writeBytes(Frames.frame(role, 0x82, Bytes.ofHex(two), 0x0A0B0C0D));
            wire.writeBytes(Frames.frame(role, 0x88, Bytes.ofHex(close), 0x0A0B0C0D));
            transport.receive(ByteBuffer.wrap(wire.toByteArray()));
        }

        /** Sends a frame of so many bytes, its header included. */
        void send(int bytes) {
            int headerBytes = FrameEncoder.headerBytes(0, role == Role.CLIENT);
            transport.send(false, ByteBuffer.allocate(bytes - headerBytes), 0, null);
        }

        AtomicInteger sendCounted() {
            AtomicInteger released = new AtomicInteger();
            transport.send(false, Bytes.hex("0061"), 0, released::incrementAndGet);
            return released;
        }

        void tick(int seconds) {
            transport.tick(sec(seconds).toNanos());
        }

        void takeFrames(int count) {
            for (int i = 0; i < count; i++) {
                link.takeOne();
            }
        }

        List<Integer> sentOpcodes() {
            List<Integer> opcodes = new ArrayList<>();
            byte[] first = link.take(0);
            assertThat(first).isEmpty();
            for (int i = link.waiting(); i > 0; i--) {
                byte[] frame = link.takeOne();
                opcodes.add(frame[0] & 0x0F);
                copies.writeBytes(frame);
            }
            return opcodes;
        }

        private final java.io.ByteArrayOutputStream copies = new java.io.ByteArrayOutputStream();

        /** Takes all that was sent, and reads it as the peer would. */
        String sent() {
            copies.writeBytes(link.takeAll());
            byte[] wire = copies.toByteArray();
            copies.reset();
            Sent events = new Sent();
            Role peer = role == Role.SERVER ? Role.CLIENT : Role.SERVER;
            ByteBuffer in = ByteBuffer.wrap(wire);
            try {
                new FrameDecoder(peer, Integer.MAX_VALUE, events).decode(in);
            } catch (WsStreamException broken) {
                throw new AssertionError(new String(wire, StandardCharsets.ISO_8859_1), broken);
            }
            if (in.hasRemaining()) {
                events.phrases.add("after the Close " + Bytes.toHex(in));
            }
            return events.phrases.isEmpty() ? "-" : String.join("; ", events.phrases);
        }
    }

    private static final class Sent implements FrameDecoder.Handler {
        final List<String> phrases = new ArrayList<>();

        @Override
        public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
            phrases.add("whole " + Bytes.toHex(part));
        }

        @Override
        public void onPing(ByteBuffer payload) {
            phrases.add("ping " + Bytes.toHex(payload));
        }

        @Override
        public void onPong(ByteBuffer payload) {
            phrases.add("pong " + Bytes.toHex(payload));
        }

        @Override
        public void onClose(int code, String reason) {
            phrases.add("close " + code + (reason.isEmpty() ? "" : " " + reason));
        }
    }
}
