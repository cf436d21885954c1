package io.wsstream.core.stream.blocking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.ExecResult;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.stream.ClientExec;
import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.FakeTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChannelStreamsTest {
    private final FakeTransport transport = new FakeTransport();
    private final List<ExecResult> results = new CopyOnWriteArrayList<>();
    private final ClientExec exec = new ClientExec(transport, Subprotocol.V5, 100);
    private final ChannelInputStream in = new ChannelInputStream(exec.stdout(), 8);
    private final OutputStream out = new ChannelOutputStream(exec.connection(), exec::sendStdin, exec::closeStdin);
    private final List<Blocked> threads = new ArrayList<>();

    ChannelStreamsTest() {
        exec.start(results::add);
    }

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        for (Blocked thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(5));
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Nested
    class Reading {
        @Test
        void givesWhatCameAndThenTheEnd() throws Exception {
            transport.feed("01" + "6869");
            transport.feed("ff01");
            transport.peerCloses(1000, "");

            assertThat(in.available()).isEqualTo(2);
            assertThat(in.read()).isEqualTo('h');
            assertThat(in.readAllBytes()).containsExactly('i');
            assertThat(in.read()).isEqualTo(-1);
        }

        @Test
        void givesBytesAbove127AsUnsigned() throws Exception {
            transport.feed("01ff");

            assertThat(in.read()).isEqualTo(255);
        }

        @Test
        void anEmptyMessageIsNoReadOfNothingAndNoEnd() throws Exception {
            Blocked reader = blocked(() -> in.read());
            transport.feed("01");
            assertThat(reader.isAlive()).isTrue();

            transport.feed("0161");

            assertThat(reader.outcome()).isEqualTo((int) 'a');
        }

        @Test
        void ofNothingDoesNotWait() throws Exception {
            assertThat(in.read(new byte[0])).isZero();
        }

        @Test
        void ofMoreThanTheBufferHoldsLosesNothing() throws Exception {
            byte[] all = Bytes.pattern(90);
            transport.feed("01" + Bytes.toHex(all));
            transport.receiver().onEnd(null);

            assertThat(in.readAllBytes()).isEqualTo(all);
        }

        @Test
        void opensTheGateAgain() throws Exception {
            transport.feed("01" + "61".repeat(150));
            assertThat(transport.isPaused()).isTrue();

            assertThat(in.readNBytes(142)).hasSize(142);

            assertThat(transport.isPaused()).isFalse();
        }

        @Test
        void isFreedByBytes() throws Exception {
            Blocked reader = blocked(() -> in.read());

            transport.feed("0161");

            assertThat(reader.outcome()).isEqualTo((int) 'a');
        }

        @Test
        void takesWhatFitsWhileItWaitsAndLeavesTheRestInOrder() throws Exception {
            byte[] to = new byte[5];
            Blocked reader = blocked(() -> in.read(to, 1, 3));

            transport.feed("01" + "6162636465");
            transport.feed("0166");

            assertThat(reader.outcome()).isEqualTo(3);
            assertThat(to).containsExactly(0, 'a', 'b', 'c', 0);
            assertThat(in.readNBytes(3)).containsExactly('d', 'e', 'f');
        }

        @Test
        void isFreedByTheEnd() throws Exception {
            Blocked reader = blocked(() -> in.read());

            transport.peerCloses(1000, "");

            assertThat(reader.outcome()).isEqualTo(-1);
        }

        @Test
        void isFreedByALostConnectionAndTheResultTellsOfIt() throws Exception {
            Blocked reader = blocked(() -> in.read());

            transport.receiver().onEnd(new ConnectionLostException("cut", null));

            assertThat(reader.outcome()).isEqualTo(-1);
            assertThat(results.get(0)).isInstanceOf(ExecResult.NoStatus.class);
        }

        @Test
        void isFreedByClose() throws Exception {
            Blocked reader = blocked(() -> in.read());

            in.close();

            assertThat(reader.outcome()).isInstanceOf(IOException.class);
        }

        @Test
        void isFreedByAnInterruptWhichStaysSet() throws Exception {
            Blocked reader = blocked(() -> in.read());

            reader.interrupt();

            assertThat(reader.outcome()).isInstanceOf(InterruptedIOException.class);
            assertThat(reader.interruptedAfterwards).isTrue();
        }

        @Test
        void ofAClosedStreamIsRefusedEvenAfterTheEnd() throws Exception {
            transport.feed("0161");
            in.close();
            transport.receiver().onEnd(null);

            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
        }

        @Test
        void ofAStreamThatEndedBeforeItWasClosedIsRefusedToo() throws Exception {
            transport.receiver().onEnd(null);
            in.close();

            assertThatThrownBy(in::read).isInstanceOf(IOException.class);
        }

        @Test
        void aClosedStreamDropsWhatComesSoThatTheSessionCanEnd() throws Exception {
            transport.feed("01" + "61".repeat(150));
            in.close();
            in.close();
            assertThat(transport.isPaused()).isFalse();

            transport.feed("01" + "61".repeat(150));
            assertThat(transport.isPaused()).isFalse();
            assertThat(in.available()).isZero();
        }

        @Test
        void losesNothingBetweenTwoThreads() throws Exception {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            byte[] all = Bytes.pattern(60_000);
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            Blocked reader = start(() -> {
                byte[] piece = new byte[13];
                for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                    read.write(piece, 0, n);
                }
                return "done";
            });

            int at = 0;
            while (at < all.length) {
                if (transport.isPaused()) {
                    Thread.onSpinWait();
                    continue;
                }
                int count = Math.min(all.length - at, 1 + random.nextInt(60));
                transport.feed("01" + Bytes.toHex(java.util.Arrays.copyOfRange(all, at, at + count)));
                at += count;
            }
            transport.receiver().onEnd(null);

            assertThat(reader.outcome()).isEqualTo("done");
            assertThat(read.toByteArray()).as("seed %d", seed).isEqualTo(all);
        }
    }

    @Nested
    class Unread {
        @Test
        void stopsTheConnectionUntilNobodyWaitsForAReader() throws Exception {
            transport.feed("01" + "61".repeat(150));
            assertThat(transport.isPaused()).isTrue();

            in.dropUnlessClaimed();

            assertThat(transport.isPaused()).isFalse();
            transport.feed("01" + "61".repeat(150));
            assertThat(transport.isPaused()).isFalse();
        }

        @Test
        void keepsItsBeginningAndTellsALateReaderOfTheRest() throws Exception {
            in.dropUnlessClaimed();
            transport.feed("01" + "3132333435363738" + "39");
            transport.peerCloses(1000, "");

            assertThat(in.readNBytes(8))
                    .containsExactly("12345678".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("at least 1 bytes");
        }

        @Test
        void isNotDroppedOnceSomebodyHasClaimedIt() throws Exception {
            in.claim();
            in.dropUnlessClaimed();
            byte[] all = Bytes.pattern(90);
            transport.feed("01" + Bytes.toHex(all));
            transport.receiver().onEnd(null);

            assertThat(in.readAllBytes()).isEqualTo(all);
        }

        @Test
        void growsUpToItsBoundAndKeepsTheOrder() throws Exception {
            FakeTransport other = new FakeTransport();
            ClientExec wide = new ClientExec(other, Subprotocol.V5, 100);
            wide.start(results::add);
            InputStream growing = new ChannelInputStream(wide.stdout(), 50_000);
            byte[] all = Bytes.pattern(40_000);
            other.feed("01" + Bytes.toHex(java.util.Arrays.copyOf(all, 8000)));
            assertThat(growing.readNBytes(5000)).hasSize(5000);
            other.feed("01" + Bytes.toHex(java.util.Arrays.copyOfRange(all, 8000, 12_000))); // wraps round
            other.feed("01" + Bytes.toHex(java.util.Arrays.copyOfRange(all, 12_000, 40_000))); // grows
            other.receiver().onEnd(null);

            assertThat(growing.readAllBytes()).isEqualTo(java.util.Arrays.copyOfRange(all, 5000, 40_000));
        }
    }

    @Nested
    class Writing {
        @Test
        void sendsEachWriteAtOnce() throws Exception {
            out.write('h');
            out.write(new byte[] {'x', 'i', 'y'}, 1, 1);

            assertThat(transport.sent).containsExactly("hex 0068", "hex 0069");
        }

        @Test
        void sendsNoMessageLargerThan32KiB() throws Exception {
            out.write(new byte[ChannelOutputStream.MESSAGE_BYTES * 2 + 1]);

            assertThat(transport.sent).hasSize(3);
            assertThat(transport.sent.get(0)).hasSize("hex 00".length() + 2 * 32 * 1024);
            assertThat(transport.sent.get(2)).isEqualTo("hex 0000");
        }

        @Test
        void ofNothingSendsNothing() throws Exception {
            out.write(new byte[0]);

            assertThat(transport.sent).isEmpty();
        }

        @Test
        void closesStdinOnce() throws Exception {
            out.close();
            out.close();

            assertThat(transport.sent).containsExactly("hex ff00");
            assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class);
        }

        @Test
        void isFreedByRoom() throws Exception {
            transport.setWritable(false);
            Blocked writer = blocked(() -> write('a'));

            transport.setWritable(true);

            assertThat(writer.outcome()).isEqualTo("written");
            assertThat(transport.sent).containsExactly("hex 0061");
        }

        @Test
        void isFreedByClose() throws Exception {
            transport.setWritable(false);
            Blocked writer = blocked(() -> write('a'));

            out.close();

            assertThat(writer.outcome()).isInstanceOf(IOException.class);
        }

        @Test
        void isFreedByThePeersClose() throws Exception {
            transport.setWritable(false);
            Blocked writer = blocked(() -> write('a'));

            transport.peerCloses(1000, "");

            assertThat(writer.outcome()).isInstanceOf(ConnectionLostException.class);
        }

        @Test
        void isFreedByOurOwnClose() throws Exception {
            transport.setWritable(false);
            Blocked writer = blocked(() -> write('a'));

            exec.connection().close(1000, "");

            assertThat(writer.outcome()).isInstanceOf(ConnectionLostException.class);
        }

        @Test
        void isFreedByALostConnection() throws Exception {
            transport.setWritable(false);
            Blocked writer = blocked(() -> write('a'));

            transport.receiver().onEnd(new ConnectionLostException("cut", null));

            assertThat(writer.outcome()).isInstanceOf(WsStreamException.class);
        }

        @Test
        void isFreedByAnInterruptWhichStaysSet() throws Exception {
            transport.setWritable(false);
            Blocked writer = blocked(() -> write('a'));

            writer.interrupt();

            assertThat(writer.outcome()).isInstanceOf(InterruptedIOException.class);
            assertThat(writer.interruptedAfterwards).isTrue();
        }

        @Test
        void usesABufferAgainOnceItIsReleasedAndNotBefore() throws Exception {
            List<ByteBuffer> buffers = new ArrayList<>();
            List<Runnable> held = new ArrayList<>();
            OutputStream stream = new ChannelOutputStream(
                    exec.connection(),
                    (payload, headroom, released) -> {
                        buffers.add(payload);
                        held.add(released);
                        assertThat(Bytes.toHex(payload)).isEqualTo("610a".repeat(payload.remaining() / 2));
                    },
                    () -> {});

            stream.write(Bytes.ofHex("610a610a"));
            stream.write(Bytes.ofHex("610a"));
            held.get(0).run();
            stream.write(Bytes.ofHex("610a"));

            assertThat(buffers.get(1)).isNotSameAs(buffers.get(0));
            assertThat(buffers.get(2)).isSameAs(buffers.get(0));
        }

        @Test
        void thatACloseOvertakesIsAnIOException() throws Exception {
            OutputStream[] self = new OutputStream[1];
            self[0] = new ChannelOutputStream(
                    exec.connection(),
                    (payload, headroom, released) -> {
                        try {
                            self[0].close(); // Another thread, between the look and the send.
                        } catch (IOException impossible) {
                            throw new AssertionError(impossible);
                        }
                        exec.sendStdin(payload, headroom, released);
                    },
                    exec::closeStdin);

            assertThatThrownBy(() -> self[0].write(1)).isInstanceOf(IOException.class);
        }

        private String write(int value) throws IOException {
            out.write(value);
            return "written";
        }
    }

    private Blocked start(Callable<Object> call) {
        Blocked thread = new Blocked(call);
        threads.add(thread);
        thread.start();
        return thread;
    }

    /** Starts a call and returns once it waits. */
    private Blocked blocked(Callable<Object> call) {
        Blocked thread = start(call);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> thread.getState() == Thread.State.WAITING);
        return thread;
    }

    private static final class Blocked extends Thread {
        private final Callable<Object> call;
        private volatile @Nullable Object outcome;
        volatile boolean interruptedAfterwards;

        Blocked(Callable<Object> call) {
            super("blocked");
            this.call = call;
        }

        @Override
        public void run() {
            try {
                outcome = call.call();
            } catch (Exception thrown) {
                outcome = thrown;
            }
            interruptedAfterwards = isInterrupted();
        }

        Object outcome() throws InterruptedException {
            join(TimeUnit.SECONDS.toMillis(5));
            return Objects.requireNonNull(outcome, "still blocked");
        }
    }
}
