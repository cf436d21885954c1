package io.wsstream.core.conn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.FakeTransport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

@Timeout(60)
class ReaderTest {
    private final FakeTransport transport = new FakeTransport();

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/reader.csv", numLinesToSkip = 1)
    void conformsToVector(
            String id, String section, String subprotocol, String ping, String reads, String expectation) {
        Reader reader = reader(subprotocol.equals("-") ? "" : subprotocol);
        reader.start(ping.equals("yes"));

        try {
            reader.copy(new Source(reads));
            assertThat(expectation).endsWith("close 1000");
        } catch (IOException failed) {
            assertThat(failed).hasMessage("as the vector says");
        }

        assertThat(String.join("; ", transport.sent))
                .as("%s, PROTOCOL.md %s", id, section)
                .isEqualTo(expectation);
    }

    @Test
    void aChunkHas2048BytesUnlessToldOtherwise() throws Exception {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);
        byte[] bytes = Bytes.pattern(5000);

        reader.copy(new ByteArrayInputStream(bytes));

        assertThat(transport.sent)
                .containsExactly(
                        "hex " + Bytes.toHex(java.util.Arrays.copyOf(bytes, 2048)),
                        "hex " + Bytes.toHex(java.util.Arrays.copyOfRange(bytes, 2048, 4096)),
                        "hex " + Bytes.toHex(java.util.Arrays.copyOfRange(bytes, 4096, 5000)),
                        "close 1000");
    }

    @Test
    void aChunkMayBeOfAnySizeUpTo32KiB() throws Exception {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);

        reader.copy(new ByteArrayInputStream(Bytes.pattern(5000)), 5000);

        assertThat(transport.sent).hasSize(2);
        assertThatThrownBy(() -> reader.copy(InputStream.nullInputStream(), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reader.copy(InputStream.nullInputStream(), 32 * 1024 + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatThePeerSendsIsDropped() throws Exception {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);

        for (int i = 0; i < 100; i++) {
            transport.feed("00" + "61".repeat(1000));
        }
        reader.send(Bytes.hex("62"), 0);

        assertThat(transport.isPaused()).isFalse();
        assertThat(transport.sent).containsExactly("hex 62");
    }

    @Test
    void aBugInTheSourceIsNoEndOfTheStreamEither() {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);

        assertThatThrownBy(() -> reader.copy(new Source("bug"))).isInstanceOf(IllegalStateException.class);

        assertThat(transport.sent).containsExactly("close 1011 the source of this stream failed");
    }

    @Test
    void aPeerThatHasGoneIsAnErrorOfTheCopy() {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);
        List<String> ends = new ArrayList<>();
        reader.onEnd(failure -> ends.add(failure == null ? "closed" : String.valueOf(failure.getMessage())));
        transport.peerCloses(1000, "");

        assertThatThrownBy(() -> reader.copy(new ByteArrayInputStream(new byte[1])))
                .isInstanceOf(ConnectionLostException.class);

        assertThat(ends).containsExactly("closed");
        assertThat(reader.isOutputEnded()).isTrue();
    }

    @Test
    void whoAsksForTheEndAfterItIsToldAtOnce() {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);
        ConnectionLostException cut = new ConnectionLostException("cut", null);
        transport.receiver().onEnd(cut);
        AtomicReference<@Nullable WsStreamException> told = new AtomicReference<>();

        reader.onEnd(told::set);

        assertThat(told).hasValue(cut);
    }

    @Test
    void aCopyWaitsForRoomAndALostPeerFreesIt() throws Exception {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);
        transport.setWritable(false);
        AtomicReference<@Nullable Exception> outcome = new AtomicReference<>();
        Thread copying = new Thread(() -> {
            try {
                reader.copy(new ByteArrayInputStream(new byte[1]));
            } catch (IOException | RuntimeException failed) {
                outcome.set(failed);
            }
        });
        copying.start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> copying.getState() == Thread.State.WAITING);
        assertThat(transport.sent).isEmpty();

        transport.receiver().onEnd(new ConnectionLostException("cut", null));

        copying.join(30_000);
        assertThat(outcome.get()).isInstanceOf(ConnectionLostException.class);
    }

    @Test
    void closingItFreesACopyThatWaits() throws Exception {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);
        transport.setWritable(false);
        Thread copying = new Thread(() -> {
            try {
                reader.copy(new ByteArrayInputStream(new byte[1]));
            } catch (IOException expected) {
                assertThat(expected).isInstanceOf(ConnectionLostException.class);
            }
        });
        copying.start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> copying.getState() == Thread.State.WAITING);

        reader.close(1001, "going");

        copying.join(30_000);
        assertThat(copying.isAlive()).isFalse();
        assertThat(transport.sent).containsExactly("close 1001 going");
    }

    @Test
    void theFirstReasonToCloseIsTheOneThatThePeerHears() {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);
        reader.onOutputChange(() -> reader.close(1011, "freed by the first"));

        reader.close(1001, "going");
        reader.close(1011, "late");

        assertThat(transport.sent).containsExactly("close 1001 going");
    }

    @Test
    void roomIsHandedOn() {
        Reader reader = reader("binary.k8s.io");
        reader.start(false);
        List<Boolean> told = new ArrayList<>();
        reader.onOutputChange(() -> told.add(reader.isWritable()));

        transport.setWritable(false);
        transport.setWritable(true);

        assertThat(told).containsExactly(true);
    }

    @Test
    void theIdleBoundIsTheTransports() {
        Reader reader = reader("");

        reader.setIdleTimeout(Duration.ofSeconds(3));

        assertThat(transport.sent).containsExactly("idle PT3S");
        assertThat(reader.subprotocol()).isEmpty();
    }

    private Reader reader(String name) {
        return new Reader(
                transport,
                name,
                Objects.requireNonNull(ReaderProtocolConfig.defaults().get(name)));
    }

    /** Yields what a vector says, read by read; {@code bug} is a read that fails otherwise than it may. */
    private static final class Source extends InputStream {
        private final ArrayDeque<String> reads = new ArrayDeque<>();

        Source(String vector) {
            if (!vector.equals("-")) {
                reads.addAll(List.of(vector.split("\\|", -1)));
            }
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            String next = reads.poll();
            if (next == null) {
                return -1;
            }
            if (next.equals("fail")) {
                throw new IOException("as the vector says");
            }
            if (next.equals("bug")) {
                throw new IllegalStateException("bug");
            }
            ByteBuffer bytes = Bytes.hex(next);
            int count = bytes.remaining();
            bytes.get(to, offset, count);
            return count;
        }
    }
}
