package io.wsstream.core.conn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.HandshakeException;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.FakeTransport;
import io.wsstream.core.testing.SlowSink;
import io.wsstream.core.websocket.Role;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedPortsTest {
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(
            resources = "/vectors/ports.csv",
            numLinesToSkip = 1,
            ignoreLeadingAndTrailingWhitespace = false,
            emptyValue = "")
    void conformsToVector(String id, String section, String parameter, String values, String expectation)
            throws Exception {
        List<String> given = values == null || values.isEmpty()
                ? List.of("")
                : values.equals("-") ? List.of() : List.of(values.split("\\|", -1));

        String said;
        try {
            said = ForwardedPorts.parse(parameter, given).ports().stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(" "));
        } catch (HandshakeException refused) {
            assertThat(refused.httpStatus()).isEqualTo(400);
            said = "refuse " + refused.getMessage();
        }

        assertThat(said).as("%s, PROTOCOL.md %s", id, section).isEqualTo(expectation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v4.channel.k8s.io"})
    void everyChannelIsToldItsPortInOrder(String name) throws Exception {
        ForwardedPorts ports = new ForwardedPorts(List.of(80, 0x1234, 65535));
        FakeTransport transport = new FakeTransport();
        Conn conn = open(ports, name, transport);

        ports.announce(conn);

        assertThat(transport.sent)
                .containsExactly("hex 005000", "hex 015000", "hex 023412", "hex 033412", "hex 04ffff", "hex 05ffff");
    }

    @Test
    void dataGoesBothWaysAndErrorsToTheClientOnly() throws Exception {
        ForwardedPorts ports = ForwardedPorts.parse("ports", List.of("80,90"));
        FakeTransport transport = new FakeTransport();
        Conn conn = open(ports, "v4.channel.k8s.io", transport);
        SlowSink data = new SlowSink(() -> Integer.MAX_VALUE);
        SlowSink errors = new SlowSink(() -> Integer.MAX_VALUE);
        conn.channel(ForwardedPorts.dataChannel(1)).deliverTo(data);
        conn.channel(ForwardedPorts.errorChannel(1)).deliverTo(errors);

        transport.feed("02" + "6869");
        transport.feed("03" + "6869");

        assertThat(data.taken()).containsExactly('h', 'i');
        assertThat(errors.taken()).isEmpty();
        assertThat(errors.ends()).isEqualTo(1);
    }

    @Test
    void base64HasChannelsForFortyPorts() {
        ForwardedPorts forty = new ForwardedPorts(Collections.nCopies(40, 80));
        ForwardedPorts more = new ForwardedPorts(Collections.nCopies(41, 80));
        FakeTransport transport = new FakeTransport();

        forty.announce(open(forty, "v4.base64.channel.k8s.io", transport));

        assertThat(transport.sent)
                .hasSize(80)
                .startsWith("text 0UAA=", "text 1UAA=")
                .endsWith("text \u007fUAA=");
        assertThat(more.protocols()).containsOnlyKeys("", "v4.channel.k8s.io");
    }

    @Test
    void thereAreChannelsFor127PortsAndNoMore() {
        ForwardedPorts all = new ForwardedPorts(Collections.nCopies(127, 80));
        FakeTransport transport = new FakeTransport();

        all.announce(open(all, "", transport));

        assertThat(transport.sent).hasSize(254).endsWith("hex fd5000");
        assertThatThrownBy(() -> new ForwardedPorts(Collections.nCopies(128, 80)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65536})
    void aNumberThatIsNoPortIsAMistakeOfTheCaller(int port) {
        assertThatThrownBy(() -> new ForwardedPorts(List.of(port))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatFailedIsToldInTheWordsOfKubernetes() {
        assertThat(ForwardedPorts.failure(80, "web", "", "connection refused"))
                .isEqualTo("error forwarding port 80 to pod web, uid : connection refused");
    }

    @Test
    void aClientGetsThePortFirstHoweverTheBytesAreCutAndHoweverSlowTheRestIsTaken() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int port = random.nextInt(65536);
            byte[] rest = Bytes.pattern(random.nextInt(20));
            SlowSink taken = new SlowSink(() -> random.nextInt(4));
            List<Integer> ports = new ArrayList<>();
            PortHeaderSink sink = new PortHeaderSink(
                    told -> {
                        assertThat(taken.count()).isZero();
                        ports.add(told);
                    },
                    taken);

            byte[] wire = ByteBuffer.allocate(2 + rest.length)
                    .put(ForwardedPorts.header(port))
                    .put(rest)
                    .array();
            ByteBuffer all = ByteBuffer.wrap(wire);
            while (all.position() < wire.length) {
                all.limit(Math.min(wire.length, all.position() + random.nextInt(4)));
                sink.accept(all);
            }
            sink.end();

            assertThat(ports).as("seed %d, round %d", seed, round).containsExactly(port);
            assertThat(taken.taken()).as("seed %d, round %d", seed, round).isEqualTo(rest);
            assertThat(taken.ends()).isEqualTo(1);
        }
    }

    @Test
    void anEndBeforeThePortIsAnEndWithoutOne() {
        SlowSink rest = new SlowSink(() -> Integer.MAX_VALUE);
        PortHeaderSink sink = new PortHeaderSink(
                told -> {
                    throw new AssertionError("port " + told);
                },
                rest);

        sink.accept(Bytes.hex("50"));
        sink.end();

        assertThat(rest.ends()).isEqualTo(1);
        assertThat(rest.count()).isZero();
    }

    private static Conn open(ForwardedPorts ports, String name, FakeTransport transport) {
        Conn conn = new Conn(
                transport,
                Role.SERVER,
                name,
                Objects.requireNonNull(ports.protocols().get(name)));
        conn.start();
        return conn;
    }
}
