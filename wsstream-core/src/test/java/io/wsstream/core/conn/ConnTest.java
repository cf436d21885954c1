package io.wsstream.core.conn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.channel.ChannelDecoder;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.FakeTransport;
import io.wsstream.core.testing.SlowSink;
import io.wsstream.core.websocket.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ConnTest {
    private static final List<ChannelType> ALL =
            List.of(ChannelType.IGNORE, ChannelType.READ, ChannelType.WRITE, ChannelType.READ_WRITE);

    private final FakeTransport transport = new FakeTransport();
    private final SlowSink sink = new SlowSink(() -> Integer.MAX_VALUE);

    private Conn open(Role role, String name, ChannelType... types) {
        Conn conn = new Conn(transport, role, name, new ChannelProtocolConfig(true, List.of(types)));
        conn.start();
        return conn;
    }

    private Conn open(Role role) {
        return open(role, "v4.channel.k8s.io", ALL.toArray(ChannelType[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "SERVER, IGNORE,     false, false",
        "SERVER, READ,       true,  false",
        "SERVER, WRITE,      false, true",
        "SERVER, READ_WRITE, true,  true",
        "CLIENT, IGNORE,     false, false",
        "CLIENT, READ,       true,  false",
        "CLIENT, WRITE,      false, true",
        "CLIENT, READ_WRITE, true,  true",
    })
    void aTypeSaysWhatPassesAndTheOtherWayReadsAsTheEndAndWritesAsNothing(
            Role role, ChannelType type, boolean reads, boolean writes) throws Exception {
        Conn conn = open(role);
        ConnChannel channel = conn.channel(ALL.indexOf(type));

        transport.feed("0" + channel.number() + "6869");
        channel.output().write("ho".getBytes(UTF_8));
        channel.send(ByteBuffer.wrap("!".getBytes(UTF_8)));

        assertThat(channel.type()).isEqualTo(type);
        assertThat(transport.sent)
                .isEqualTo(
                        writes
                                ? List.of("hex 0" + channel.number() + "686f", "hex 0" + channel.number() + "21")
                                : List.of());
        transport.peerCloses(1000, "");
        assertThat(new String(channel.input().readAllBytes(), UTF_8)).isEqualTo(reads ? "hi" : "");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aChannelThatReadsNothingEndsBeforeTheConnectionDoes(Role role) throws Exception {
        Conn conn = open(role);

        assertThat(conn.channel(0).input().read()).isEqualTo(-1);
        assertThat(conn.channel(2).input().read()).isEqualTo(-1);
        conn.channel(2).deliverTo(sink);
        assertThat(sink.ends()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void base64IsSaidByTheConfigurationAndNotByTheName(Role role) throws Exception {
        Conn conn = new Conn(
                transport,
                role,
                "shout.example.org",
                new ChannelProtocolConfig(false, List.of(ChannelType.READ_WRITE)));
        conn.start();
        conn.channel(0).deliverTo(sink);

        conn.channel(0).send(ByteBuffer.wrap("hi".getBytes(UTF_8)));
        transport.feedText("0aG8=");

        assertThat(conn.subprotocol()).isEqualTo("shout.example.org");
        assertThat(transport.sent).containsExactly("text 0aGk=");
        assertThat(sink.taken()).containsExactly('h', 'o');
    }

    @Test
    void theDefaultsAreTheThreeNamesOfKubernetes() {
        Map<String, ChannelProtocolConfig> defaults = ChannelProtocolConfig.defaults(ALL);

        assertThat(defaults).containsOnlyKeys("", "channel.k8s.io", "base64.channel.k8s.io");
        assertThat(defaults.values()).allMatch(config -> config.channels().equals(ALL));
        assertThat(defaults.values().stream().map(ChannelProtocolConfig::binary))
                .containsExactly(true, true, false);
        assertThat(ReaderProtocolConfig.defaults()).containsOnlyKeys("", "binary.k8s.io", "base64.binary.k8s.io");
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/channel-numbers.csv", numLinesToSkip = 1)
    void conformsToVector(
            String id, String section, Subprotocol.Codec codec, int channels, String message, String expectation)
            throws Exception {
        Conn conn = new Conn(
                transport,
                Role.SERVER,
                "",
                new ChannelProtocolConfig(
                        codec == Subprotocol.Codec.RAW, Collections.nCopies(channels, ChannelType.READ_WRITE)));
        List<String> said = new ArrayList<>();
        for (ConnChannel channel : conn.channels()) {
            channel.deliverTo(new SlowSink(() -> Integer.MAX_VALUE) {
                @Override
                public void accept(ByteBuffer bytes) {
                    said.add("data " + channel.number() + " " + Bytes.toHex(bytes));
                    super.accept(bytes);
                }
            });
        }
        conn.start();

        if (message.startsWith("hex ")) {
            transport.feed(message.substring("hex ".length()));
        } else {
            transport.feedText(message.substring("text ".length()));
        }

        assertThat(said.isEmpty() ? "ignored" : String.join("; ", said))
                .as("%s, PROTOCOL.md %s", id, section)
                .isEqualTo(expectation);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void moreChannelsThanNumbersAreAMistakeOfTheCaller(boolean binary) {
        int most = binary ? 255 : 80;

        assertThat(new ChannelProtocolConfig(binary, Collections.nCopies(most, ChannelType.READ)).channels())
                .hasSize(most);
        assertThatThrownBy(() -> new ChannelProtocolConfig(binary, Collections.nCopies(most + 1, ChannelType.READ)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most " + most);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void anEmptyMessageCanBeSentAndAWriteOfNothingIsNone(Role role) throws Exception {
        Conn conn = open(role);

        conn.channel(2).output().write(new byte[0]);
        conn.channel(2).send(ByteBuffer.allocate(0));

        assertThat(transport.sent).containsExactly("hex 02");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void whatIsNotSentIsReleasedAtOnce(Role role) {
        Conn conn = open(role);
        AtomicInteger released = new AtomicInteger();

        conn.channel(1).send(ByteBuffer.allocate(1), 0, released::incrementAndGet);

        assertThat(released).hasValue(1);
        assertThat(transport.sent).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aChannelThatIsClosedReadsWhatCameAndStillWrites(Role role) throws Exception {
        ConnChannel channel = open(role).channel(3);
        transport.feed("0361");

        channel.close();
        channel.close();
        transport.feed("0362");
        channel.output().write('c');

        assertThat(channel.input().readAllBytes()).containsExactly('a');
        assertThat(transport.sent).containsExactly("hex 0363");
        assertThat(transport.isPaused()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aFullChannelStopsTheConnectionUntilItIsRead(Role role) throws Exception {
        Conn conn = open(role);

        transport.feed("01" + "61".repeat(Conn.QUEUE_BYTES));
        assertThat(transport.isPaused()).isTrue();

        assertThat(conn.channel(1).input().readNBytes(Conn.QUEUE_BYTES)).hasSize(Conn.QUEUE_BYTES);
        assertThat(transport.isPaused()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aSinkThatTakesLessIsGivenTheRestWhenItDrains(Role role) throws Exception {
        SlowSink slow = new SlowSink(() -> 1);
        ConnChannel channel = open(role).channel(1);
        channel.deliverTo(slow);
        transport.feed("01616263");
        assertThat(slow.taken()).containsExactly('a');

        channel.drain();

        assertThat(slow.taken()).containsExactly('a', 'b');
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aChannelHasEitherAStreamOrASink(Role role) {
        Conn conn = open(role);
        InputStream input = conn.channel(1).input();

        assertThat(conn.channel(1).input()).isSameAs(input);
        assertThatThrownBy(() -> conn.channel(1).deliverTo(sink)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aServerUnderstandsCloseUnderV5Only() throws Exception {
        Conn v5 = open(Role.SERVER, "v5.channel.k8s.io", ChannelType.READ, ChannelType.READ);
        v5.channel(0).deliverTo(sink);
        transport.feed("0061");
        transport.feed("ff00");
        assertThat(sink.ends()).isEqualTo(1);
        assertThatThrownBy(() -> transport.feed("ff02")).isInstanceOf(WsStreamException.class);

        FakeTransport other = new FakeTransport();
        Conn v4 = new Conn(
                other, Role.SERVER, "v4.channel.k8s.io", new ChannelProtocolConfig(true, List.of(ChannelType.READ)));
        SlowSink open = new SlowSink(() -> Integer.MAX_VALUE);
        v4.channel(0).deliverTo(open);
        v4.start();
        other.feed("ff00");
        other.feed("0061");
        assertThat(open.ends()).isZero();
        assertThat(open.taken()).containsExactly('a');
    }

    @ParameterizedTest
    @CsvSource({"v5.channel.k8s.io, hex ff01", "v4.channel.k8s.io, ''"})
    void aClientHalfClosesByClosingTheStreamUnderV5Only(String name, String expected) throws Exception {
        Conn conn = open(Role.CLIENT, name, ChannelType.IGNORE, ChannelType.WRITE);
        OutputStream out = conn.channel(1).output();

        out.close();
        out.close();

        assertThat(String.join("; ", transport.sent)).isEqualTo(expected);
        assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class);
        assertThat(ChannelDecoder.CLOSE).isEqualTo(0xFF);
    }

    @Test
    void aServerNeverSendsClose() throws Exception {
        Conn conn = open(Role.SERVER, "v5.channel.k8s.io", ChannelType.WRITE);

        conn.channel(0).output().close();

        assertThat(transport.sent).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void closingTheConnectionSays1000AndEndsEveryReader(Role role) throws Exception {
        Conn conn = open(role);
        conn.channel(3).deliverTo(sink);
        transport.feed("0161");

        conn.close();
        conn.close();

        assertThat(transport.sent).containsExactly("close 1000");
        assertThat(conn.channel(1).input().readAllBytes()).containsExactly('a');
        assertThat(sink.ends()).isEqualTo(1);
        assertThat(conn.isOutputEnded()).isTrue();
        assertThatThrownBy(() -> conn.channel(2).output().write(1)).isInstanceOf(ConnectionLostException.class);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void anotherReasonHasItsOwnCode(Role role) {
        open(role).close(1011, "the disk is full");

        assertThat(transport.sent).containsExactly("close 1011 the disk is full");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void theEndIsToldOnceToAllWhoAskBeforeAndAfter(Role role) {
        Conn conn = open(role);
        List<String> told = new ArrayList<>();
        conn.onEnd(failure -> told.add("first " + message(failure)));
        assertThat(conn.isEnded()).isFalse();

        transport.receiver().onEnd(new ConnectionLostException("cut", null));
        conn.onEnd(failure -> told.add("second " + message(failure)));

        assertThat(told).containsExactly("first cut", "second cut");
        assertThat(conn.isEnded()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aProperEndHasNoFailure(Role role) {
        Conn conn = open(role);
        List<String> told = new ArrayList<>();
        conn.onEnd(failure -> told.add(message(failure)));

        transport.peerCloses(1001, "going");

        assertThat(told).containsExactly("none");
    }

    private static String message(@Nullable WsStreamException failure) {
        return failure == null ? "none" : Objects.requireNonNull(failure.getMessage());
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void theBoundsAreTheTransportsAndMayChangeAtAnyTime(Role role) {
        Conn conn = open(role);

        conn.setIdleTimeout(Duration.ofHours(4));
        conn.setWriteTimeout(Duration.ofSeconds(10));

        assertThat(transport.sent).containsExactly("idle PT4H", "write PT10S");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void roomIsHandedOn(Role role) {
        Conn conn = open(role);
        AtomicInteger told = new AtomicInteger();
        conn.onOutputChange(told::incrementAndGet);

        transport.setWritable(false);
        assertThat(conn.isWritable()).isFalse();
        transport.setWritable(true);

        assertThat(conn.isWritable()).isTrue();
        assertThat(told).hasValue(1);
    }
}
