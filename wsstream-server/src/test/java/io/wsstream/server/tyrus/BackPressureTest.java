package io.wsstream.server.tyrus;

import static io.wsstream.server.tyrus.RawClient.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.core.Channel;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.ExecSession;
import io.wsstream.server.exec.LocalProcess;
import io.wsstream.server.tyrus.RawClient.Ending;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that do not read, and targets that do not: who waits, and that no byte is lost. */
@Timeout(60)
class BackPressureTest {
    private static final String SUCCESS = "{\"metadata\":{},\"status\":\"Success\"}";

    private static WsStreamServer start(boolean tls, io.wsstream.server.exec.ExecTarget target) throws IOException {
        return (tls ? Servers.tls(target) : Servers.plain(target)).start();
    }

    private static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    /** Sends bytes as fast as the session takes them, then ends with a code. */
    private static final class Source extends Targets.Quiet {
        private final ByteBuffer left;
        private final int code;

        Source(ExecSession session, byte[] all, int code) {
            super(session);
            this.left = ByteBuffer.wrap(all);
            this.code = code;
        }

        @Override
        public synchronized void onWritable() {
            while (left.hasRemaining() && session.isWritable()) {
                byte[] next = new byte[Math.min(32 * 1024, left.remaining())];
                left.get(next);
                session.send(Channel.STDOUT, ByteBuffer.wrap(next), 0, null);
            }
            if (!left.hasRemaining()) {
                session.exit(code);
            }
        }
    }

    // ---- the tail

    @ParameterizedTest
    @CsvSource({"false,true", "true,true", "false,false"})
    void aSlowClientThatKeepsSendingGetsEveryByteOfALongTail(boolean tls, boolean heeding) throws Exception {
        byte[] all = random(8 << 20);
        try (WsStreamServer server = start(tls, session -> {
                    if (heeding) {
                        Source source = new Source(session, all, 3);
                        session.start(source);
                        source.onWritable();
                    } else {
                        session.send(Channel.STDOUT, ByteBuffer.wrap(all.clone()), 0, null);
                        session.exit(3);
                    }
                });
                RawClient client = RawClient.connect(server, 16 * 1024)) {
            client.write(RawClient.upgrade(server, RawClient.V5, "stdin stdout", "x"));
            client.readResponse();
            byte[] chatter =
                    RawClient.concat(RawClient.frame(RawClient.PING, new byte[] {1}), message(0, new byte[1000]));
            AtomicInteger frames = new AtomicInteger();

            Ending ending = client.readToEnd(frame -> {
                if (frame.opcode() != RawClient.PONG && frames.incrementAndGet() % 4 == 0) {
                    client.write(chatter);
                }
                if (frame.opcode() == RawClient.CLOSE) {
                    for (int i = 0; i < 50; i++) {
                        client.write(chatter); // over the Close, too
                    }
                    client.write(RawClient.closeFrame(1000));
                }
            });

            assertThat(crc(ending.stdout())).isEqualTo(crc(all));
            assertThat(ending.status()).contains("exit status 3");
            assertThat(ending.statusLast()).isTrue();
            assertThat(ending.closeCodes()).containsExactly(1000);
            assertThat(ending.anythingAfterClose()).isFalse();
            assertThat(ending.failure()).isNull();
        }
    }

    // ---- clients that do not read

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientsThatDoNotReadHoldUpTheirOwnProcessesOnly(boolean tls) throws Exception {
        int many = tls ? 6 : 20;
        List<RawClient> deaf = new ArrayList<>();
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = start(tls, processes)) {
            long before = Procfs.residentKilobytes();
            for (int i = 0; i < many; i++) {
                RawClient client = RawClient.connect(server, 16 * 1024);
                client.write(RawClient.upgrade(server, RawClient.V5, "stdout", "sh", "-c", "yes | head -c 6000000"));
                assertThat(client.readResponse().status()).isEqualTo(101);
                deaf.add(client);
            }

            try (RawClient other = RawClient.open(server, "stdin stdout", "cat")) {
                other.stdin("still here");
                assertThat(other.readUntil("still here")).isEqualTo("still here");
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> Procfs.standsStill(100_000));
            assertThat(Procfs.residentKilobytes() - before).isLessThan(150_000);
            assertThat(Leftovers.living()).as("processes that wait").isGreaterThanOrEqualTo(many);

            byte[] expected = "y\n".repeat(3_000_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            for (RawClient client : List.of(deaf.get(0), deaf.get(many - 1))) {
                Ending ending = client.readToEnd();
                assertThat(ending.stdout()).isEqualTo(expected);
                assertThat(ending.status()).isEqualTo(SUCCESS);
            }
        } finally {
            for (RawClient client : deaf) {
                client.close();
            }
        }
    }

    // ---- targets that do not read

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTargetThatDoesNotReadStopsTheConnectionAndLosesNothing(boolean tls) throws Exception {
        int chunks = 1000;
        byte[] chunk = random(32 * 1024);
        CRC32 expected = new CRC32();
        for (int i = 0; i < chunks; i++) {
            expected.update(chunk);
        }
        AtomicBoolean reading = new AtomicBoolean();
        AtomicLong taken = new AtomicLong();
        CRC32 got = new CRC32();
        CountDownLatch ended = new CountDownLatch(1);
        CompletableFuture<ExecSession> opened = new CompletableFuture<>();
        try (WsStreamServer server = start(tls, session -> {
                    if (session.request().command().get(0).equals("echo")) {
                        Targets.echo().open(session);
                        return;
                    }
                    session.start(new Targets.Quiet(session) {
                        @Override
                        public void onInput(ByteBuffer bytes) {
                            if (reading.get()) {
                                taken.addAndGet(bytes.remaining());
                                got.update(bytes);
                            }
                        }

                        @Override
                        public void onInputEnd() {
                            ended.countDown();
                            session.exit(0);
                        }
                    });
                    opened.complete(session);
                });
                RawClient client = RawClient.open(server, "stdin stdout", "x")) {
            AtomicInteger written = new AtomicInteger();
            CompletableFuture<Void> flood = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < chunks; i++) {
                        client.write(message(0, chunk));
                        written.incrementAndGet();
                    }
                    client.endStdin();
                } catch (IOException broken) {
                    throw new java.io.UncheckedIOException(broken);
                }
            });
            int[] last = {-1};
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> written.get() > 0 && last[0] == (last[0] = written.get()));
            assertThat(written.get()).isLessThan(chunks);
            try (RawClient other = RawClient.open(server, "stdin stdout", "echo")) {
                other.stdin("lives").endStdin();
                assertThat(other.readToEnd().stdoutText()).isEqualTo("lives");
            }

            reading.set(true);
            opened.get(30, TimeUnit.SECONDS).drainInput();

            flood.get(20, TimeUnit.SECONDS);
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(taken).hasValue((long) chunks * chunk.length);
            assertThat(got.getValue()).isEqualTo(expected.getValue());
            assertThat(client.readToEnd().status()).isEqualTo(SUCCESS);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aProcessThatReadsLateGetsEveryByteOfItsInput(boolean tls) throws Exception {
        byte[] chunk = random(32 * 1024);
        int chunks = 300;
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = start(tls, processes);
                RawClient client =
                        RawClient.open(server, "stdin stdout", "sh", "-c", "read line; sleep 0.3; exec cksum")) {
            client.stdin("go\n");
            for (int i = 0; i < chunks; i++) {
                client.write(message(0, chunk));
            }
            client.endStdin();

            Ending ending = client.readToEnd();

            assertThat(ending.stdoutText()).isEqualTo(cksum(chunk, chunks) + " " + chunks * chunk.length + "\n");
            assertThat(ending.status()).isEqualTo(SUCCESS);
        }
    }

    /** POSIX cksum of a chunk repeated. */
    private static long cksum(byte[] chunk, int times) {
        int crc = 0;
        for (int i = 0; i < times; i++) {
            for (byte b : chunk) {
                crc = step(crc, b & 0xFF);
            }
        }
        for (long length = (long) chunk.length * times; length != 0; length >>>= 8) {
            crc = step(crc, (int) (length & 0xFF));
        }
        return ~crc & 0xFFFFFFFFL;
    }

    private static int step(int crc, int value) {
        int next = crc ^ (value << 24);
        for (int bit = 0; bit < 8; bit++) {
            next = next < 0 ? (next << 1) ^ 0x04C11DB7 : next << 1;
        }
        return next;
    }

    @Test
    void aClientThatClosesWithoutReadingFreesItsSessionAndItsProcess() throws Exception {
        try (LocalProcess processes =
                        LocalProcess.builder().grace(Duration.ofMillis(100)).build();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(server, "stdin stdout", "yes")) {
            client.write(RawClient.closeFrame(1000));

            await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0);
            await().atMost(Duration.ofSeconds(10)).until(() -> Leftovers.living() == 0);
        }
    }
}
