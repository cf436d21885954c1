package io.wsstream.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over a real socket; the test's own thread is the one that waits for bytes. */
@Timeout(60)
class SocketReaderTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicLong received = new AtomicLong();
    private final AtomicBoolean disorder = new AtomicBoolean();
    private final Set<Thread> readers = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Thread failing;
    private final AtomicBoolean stop = new AtomicBoolean();
    private Socket near;
    private Socket far;
    private SocketReader reader;
    private Future<?> running;

    @BeforeEach
    void start() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            near = new Socket(listener.getInetAddress(), listener.getLocalPort());
            far = listener.accept();
        }
        reader = new SocketReader(near, near, ByteBuffer.wrap(new byte[] {0, 1, 2}));
        running = threads.submit(() -> {
            reader.run(this::receive);
            return null;
        });
    }

    @AfterEach
    void end() throws Exception {
        near.close();
        far.close();
        reader.stop();
        threads.shutdownNow();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Each byte is its place, modulo 251. */
    private void receive(ByteBuffer bytes) {
        readers.add(Thread.currentThread());
        while (bytes.hasRemaining()) {
            byte expected = (byte) (received.getAndIncrement() % 251);
            if (bytes.get() != expected) {
                disorder.set(true);
            }
        }
        if (Thread.currentThread() == failing) {
            throw new IllegalStateException("the receiver has failed");
        }
    }

    private static void send(OutputStream out, long from, int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) ((from + i) % 251);
        }
        out.write(bytes);
    }

    /** Sends without end, from the fourth byte on, until told to stop; then tells how many were sent. */
    private Future<Long> flood() {
        return threads.submit(() -> {
            long sent = 3;
            while (!stop.get()) {
                send(far.getOutputStream(), sent, 64 * 1024);
                sent += 64 * 1024;
            }
            return sent;
        });
    }

    /** Waits until all of a flood is here, in order; tells how many bytes it was. */
    private long awaitWhole(Future<Long> flood) throws Exception {
        long sent = flood.get(30, TimeUnit.SECONDS);
        await().atMost(BOUND).until(() -> received.get() == sent);
        assertThat(disorder).isFalse();
        return sent;
    }

    /** Waits for bytes, as a user does, until it has read some. */
    private void readHere() {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!readers.contains(Thread.currentThread())) {
            assertThat(System.nanoTime()).as("nobody lends").isLessThan(end);
            if (!reader.readHere()) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void aFewBytesAreReadByTheReader() throws Exception {
        reader.resume();
        send(far.getOutputStream(), 3, 1000);
        await().atMost(BOUND).until(() -> received.get() == 1003);

        assertThat(reader.readHere()).isFalse();
        assertThat(readers).doesNotContain(Thread.currentThread());
        assertThat(disorder).isFalse();
    }

    @Test
    void behindTheGateNothingIsRead() throws Exception {
        Future<Long> flood = flood();

        assertThat(reader.readHere()).isFalse();
        assertThat(received).hasValue(0);
        stop.set(true);
        reader.resume();

        awaitWhole(flood);
    }

    @Test
    void inAFloodWhoWaitsForBytesReadsThemUntilItIsOver() throws Exception {
        reader.resume();
        Future<Long> flood = flood();

        readHere();
        long before = received.get();
        while (received.get() < before + (16 << 20)) {
            reader.readHere();
        }
        stop.set(true);
        while (!flood.isDone()) {
            reader.readHere();
        }

        long sent = awaitWhole(flood);
        readers.clear();
        send(far.getOutputStream(), sent, 10);
        await().atMost(BOUND).until(() -> received.get() == sent + 10);
        assertThat(readers).hasSize(1).doesNotContain(Thread.currentThread());
        assertThat(reader.readHere()).isFalse();
        assertThat(disorder).isFalse();
    }

    @Test
    void withoutOneThatWaitsTheReaderNeverStandsBack() throws Exception {
        reader.resume();
        Future<Long> flood = flood();
        await().atMost(BOUND).until(() -> received.get() > 64 << 20);

        assertThat(reader.readHere()).isFalse();

        stop.set(true);
        awaitWhole(flood);
    }

    @Test
    void whoeverStopsWaitingLeavesTheRestToTheReader() throws Exception {
        reader.resume();
        Future<Long> flood = flood();
        readHere();
        long before = received.get();

        await().atMost(BOUND).until(() -> received.get() > before + (16 << 20));

        stop.set(true);
        awaitWhole(flood);
    }

    @Test
    void aPauseStopsBoth() throws Exception {
        reader.resume();
        Future<Long> flood = flood();
        readHere();

        reader.pause();
        assertThat(reader.readHere()).isFalse();
        AtomicLong seen = new AtomicLong(-1);
        await().atMost(BOUND)
                .during(Duration.ofMillis(200))
                .until(() -> seen.getAndSet(received.get()) == received.get());
        stop.set(true);
        reader.resume();

        while (!flood.isDone()) {
            reader.readHere();
        }
        awaitWhole(flood);
    }

    @Test
    void theEndIsTheReadersWhoeverFindsIt() throws Exception {
        reader.resume();
        Future<Long> flood = flood();
        readHere();

        stop.set(true);
        CompletableFuture<Void> ended = CompletableFuture.runAsync(
                () -> {
                    try {
                        flood.get();
                        far.shutdownOutput();
                    } catch (Exception failed) {
                        throw new IllegalStateException(failed);
                    }
                },
                threads);
        while (!running.isDone()) {
            reader.readHere();
        }

        assertThat(running.get()).isNull();
        assertThat(ended.get()).isNull();
        assertThat(received.get()).isEqualTo(flood.get());
        assertThat(disorder).isFalse();
    }

    @Test
    void aFailureIsTheReadersWhoseverThreadItIsOn() throws Exception {
        reader.resume();
        Future<Long> flood = flood();
        readHere();

        failing = Thread.currentThread();
        while (!running.isDone()) {
            reader.readHere();
        }

        assertThatThrownBy(running::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessage("the receiver has failed");
        near.close();
        assertThatThrownBy(() -> flood.get(30, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
    }
}
