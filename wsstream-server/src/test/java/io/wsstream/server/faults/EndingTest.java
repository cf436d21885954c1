package io.wsstream.server.faults;

import static io.wsstream.server.tyrus.RawClient.concat;
import static io.wsstream.server.tyrus.RawClient.frame;
import static io.wsstream.server.tyrus.RawClient.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import io.wsstream.server.tyrus.LogCapture;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Ending;
import io.wsstream.server.tyrus.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end of a command: its last bytes, and those who hold its output open. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EndingTest {
    private static final int TIMES = Integer.getInteger("wsstream.repeats", 200);
    private static final int AT_ONCE = 4;
    private static final int TAIL = 1 << 20;

    /** A close with those bytes unread would be a reset, and take the tail with it. */
    @ParameterizedTest
    @CsvSource({"false, stdin stdout", "true, stdin stdout", "false, stdin stdout tty"})
    void everyByteReachesAPeerThatGoesOnSendingAfterTheEnd(boolean tls, String streams, @TempDir Path folder)
            throws Exception {
        byte[] all = new byte[TAIL];
        new Random(7).nextBytes(all);
        Path file = Files.write(folder.resolve("all"), all);
        String raw = streams.endsWith("tty") ? "stty raw -echo; " : "";
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        try (LogCapture log = new LogCapture();
                LocalProcess processes =
                        LocalProcess.builder().firstSize(Duration.ofMillis(1)).build();
                WsStreamServer server = (tls ? Servers.tls(processes) : Servers.plain(processes)).start()) {
            List<Future<Ending>> endings = new ArrayList<>();
            for (int i = 0; i < (tls ? TIMES / 4 : TIMES); i++) {
                endings.add(pool.submit(() -> noisily(server, streams, raw + "cat " + file + "; exit 7")));
            }
            for (Future<Ending> future : endings) {
                Ending ending = future.get(5, TimeUnit.MINUTES);

                assertThat(ending.failure()).isNull();
                assertThat(ending.stdout().length).isEqualTo(all.length);
                assertThat(ending.stdout()).isEqualTo(all);
                assertThat(ending.status()).contains("exit status 7");
                assertThat(ending.statusLast()).isTrue();
                assertThat(ending.closeCodes()).containsExactly(1000);
                assertThat(ending.anythingAfterClose()).isFalse();
            }
            assertThat(log.complaints()).isEmpty();
        } finally {
            pool.shutdownNow();
        }
    }

    /** Reads slowly, and sends with every frame that it reads, the Close included. */
    private static Ending noisily(WsStreamServer server, String streams, String script) throws IOException {
        byte[] noise = concat(frame(RawClient.PING, new byte[] {1}), message(0, new byte[1000]));
        AtomicInteger frames = new AtomicInteger();
        try (RawClient client = RawClient.connect(server, 16 * 1024)) {
            client.write(RawClient.upgrade(server, RawClient.V5, streams, "sh", "-c", script));
            assertThat(client.readResponse().status()).isEqualTo(101);
            return client.readToEnd(read -> {
                boolean output = read.opcode() <= RawClient.BINARY && read.payload().length > 1;
                if (output && frames.incrementAndGet() <= 60) {
                    client.write(noise); // no more than waits for a command that does not read
                }
                if (read.opcode() == RawClient.CLOSE) {
                    for (int i = 0; i < 20; i++) {
                        client.write(noise);
                    }
                    client.write(RawClient.closeFrame(1000));
                }
            });
        }
    }

    /** Seconds from the exit to the status: two after the last byte, ten in all, none where nobody holds a pipe. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " | ", textBlock = """
        nobody holds its output        | stdin stdout     | sleep 15 >/dev/null 2>&1 & echo out; read x         | 0  | 5
        a silent child holds it        | stdin stdout     | sleep 15 & echo out; read x                         | 2  | 10
        a child that goes on for a bit | stdin stdout     | (sleep 1; echo out; exec sleep 15) & echo out; read x | 3 | 10
        a child that goes on for ever  | stdin stdout     | python3 -uc 'while not __import__("time").sleep(0.1): print("out")' & read x | 10 | 20
        a child on a terminal          | stdin stdout tty | trap '' HUP; sleep 15 & echo out; read x            | 0  | 5
        """)
    void whoHoldsTheOutputDelaysTheStatusByItsBound(String what, String streams, String script, int atLeast, int atMost)
            throws Exception {
        try (LocalProcess processes =
                        LocalProcess.builder().firstSize(Duration.ofMillis(1)).build();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(server, streams, "sh", "-c", script + "; exit 3")) {
            client.readUntil("out");
            client.stdin("go\n");
            long begin = System.nanoTime();

            Ending ending = client.readToEnd();

            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(ending.status()).contains("exit status 3");
            assertThat(ending.closeCodes()).containsExactly(1000);
            assertThat(took).isBetween(Duration.ofSeconds(atLeast).minusMillis(200), Duration.ofSeconds(atMost));
        }
    }
}
