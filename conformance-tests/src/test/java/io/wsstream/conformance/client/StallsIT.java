package io.wsstream.conformance.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.server.exec.ExecStreams;
import io.wsstream.server.exec.ExecTarget;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each side in turn stops while another has 32 MiB to send: what waits then, at our client and our server together, is
 * bounded, and all of it arrives once that side goes on.
 */
@Timeout(120)
class StallsIT {
    private static final int SESSIONS = 10;
    private static final int BYTES = 32 << 20;
    private static final long MOST_BYTES_EACH = 2 << 20;
    private static final int SECONDS = 60;

    /** Taken from whoever sends, in all sessions. */
    private final AtomicLong moved = new AtomicLong();

    /** Until then the side in question takes nothing. */
    private final CountDownLatch goOn = new CountDownLatch(1);

    private final ExecutorService users = Executors.newCachedThreadPool();
    private LocalServer server;

    @BeforeEach
    void start() throws IOException {
        server = new LocalServer(ExecTarget.program(this::program));
    }

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        users.shutdownNow();
        server.close();
        assertThat(users.awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    /** What the server runs; named by what it does. */
    private int program(ExecStreams io) throws Exception {
        switch (io.request().command().get(0)) {
            case "write" -> write(io.stdout());
            case "read" ->
                assertThat(io.stdin().transferTo(OutputStream.nullOutputStream()))
                        .isEqualTo(BYTES);
            case "read-late" -> {
                goOn.await();
                assertThat(io.stdin().transferTo(OutputStream.nullOutputStream()))
                        .isEqualTo(BYTES);
            }
            default -> throw new IllegalArgumentException();
        }
        return 7;
    }

    @Test
    void theUserOfTheClientStopsReading() throws Exception {
        assertBoundedAndWhole(server.url(), "write", session -> {
            InputStream stdout = session.stdout();
            goOn.await();
            assertThat(stdout.transferTo(OutputStream.nullOutputStream())).isEqualTo(BYTES);
        });
    }

    @Test
    void theProgramOfTheServerStopsReading() throws Exception {
        assertBoundedAndWhole(server.url(), "read-late", this::writeStdin);
    }

    @Test
    void theNetworkTakesNothingFromTheClient() throws Exception {
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Relay.Server to = () -> new Socket(server.url().getHost(), server.url().getPort());
        try (Relay relay = new Relay(listener, to, (client, there) -> {
            String head = Relay.readHead(client.getInputStream());
            there.getOutputStream().write(head.getBytes(ISO_8859_1));
            awaitGoOn();
        })) {
            assertBoundedAndWhole(URI.create("http://127.0.0.1:" + relay.port()), "read", this::writeStdin);
        }
    }

    private void awaitGoOn() throws IOException {
        try {
            goOn.await();
        } catch (InterruptedException stopping) {
            throw new IOException(stopping);
        }
    }

    private void writeStdin(ExecSession session) throws IOException {
        try (OutputStream stdin = session.stdin()) {
            write(stdin);
        }
    }

    /** What a user does with a session. */
    private interface Use {
        void of(ExecSession session) throws Exception;
    }

    private void assertBoundedAndWhole(URI url, String command, Use use) throws Exception {
        try (WsStreamClient client = WsStreamClient.of(ClusterAccess.url(url).token(LocalServer.TOKEN))) {
            List<Future<Integer>> codes = new ArrayList<>();
            long before = liveBytes();

            for (int i = 0; i < SESSIONS; i++) {
                codes.add(users.submit(() -> run(client, command, use)));
            }
            awaitStandstill();

            long each = (liveBytes() - before) / SESSIONS;
            System.out.println("stalled, " + command + ": " + each / 1024 + " KiB each, "
                    + moved.get() / SESSIONS / 1024 + " KiB taken");
            assertThat(each).isLessThanOrEqualTo(MOST_BYTES_EACH);
            assertThat(moved.get()).isLessThan((long) SESSIONS * BYTES);
            goOn.countDown();
            for (Future<Integer> code : codes) {
                assertThat(code.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(7);
            }
            assertThat(moved.get()).isEqualTo((long) SESSIONS * BYTES);
        }
    }

    private static int run(WsStreamClient client, String command, Use use) throws Exception {
        try (ExecSession session = client.pod("p")
                .command(command)
                .timeout(Duration.ofSeconds(SECONDS))
                .start()) {
            use.of(session);
            return session.await().exitCode().orElse(-1);
        }
    }

    /** Waits until senders have got rid of nothing for a while. */
    private void awaitStandstill() {
        await("the standstill")
                .atMost(Duration.ofSeconds(SECONDS))
                .during(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(250))
                .until(new Callable<Boolean>() {
                    private long before;

                    @Override
                    public Boolean call() {
                        long now = moved.get();
                        boolean still = now > 0 && now == before;
                        before = now;
                        return still;
                    }
                });
    }

    private static long liveBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void write(OutputStream out) throws IOException {
        byte[] bytes = new byte[32 << 10];
        for (int left = BYTES; left > 0; left -= bytes.length) {
            out.write(bytes);
            moved.addAndGet(bytes.length);
        }
    }
}
