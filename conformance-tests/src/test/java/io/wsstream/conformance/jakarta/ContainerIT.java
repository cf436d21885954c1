package io.wsstream.conformance.jakarta;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecOutcome;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.exec.WithoutHalfClose;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.conformance.docs.examples.InTyrus;
import io.wsstream.conformance.peers.Peer;
import io.wsstream.conformance.peers.PeerResult;
import io.wsstream.core.ExecResult;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsStreamException;
import io.wsstream.server.JakartaServer;
import io.wsstream.server.exec.ExecProgram;
import io.wsstream.server.exec.ExecTarget;
import io.wsstream.server.exec.LocalProcess;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds of exec in every container. */
abstract class ContainerIT {
    static final Duration BOUND = Duration.ofSeconds(60);
    private static final int BULK_BYTES = 16 << 20;

    /** A started container. */
    interface Container {
        int port();

        void stop() throws Exception;
    }

    /** A way to start one. */
    interface Starting {
        Container start(JakartaServer exec) throws Exception;
    }

    final LocalProcess processes = LocalProcess.create();
    private final List<AutoCloseable> closing = new ArrayList<>();
    JakartaServer exec;
    URI uri;
    private WsStreamClient client;

    abstract Container start(JakartaServer made) throws Exception;

    @BeforeEach
    void serveProcesses() throws Exception {
        serve(InTyrus.exec(processes), this::start);
    }

    /** Starts another container, which all that follows is about. */
    final void serve(JakartaServer made) throws Exception {
        serve(made, this::start);
    }

    final void serve(JakartaServer made, Starting how) throws Exception {
        exec = made;
        Container container = how.start(made);
        uri = URI.create("http://127.0.0.1:" + container.port());
        client = client();
        closing.addAll(0, List.of(client, exec, processes, container::stop));
    }

    private void serve(ExecProgram program) throws Exception {
        serve(InTyrus.exec(ExecTarget.program(program)));
    }

    WsStreamClient client(Subprotocol... offer) {
        ClientSettings usual = ClientSettings.defaults();
        return WsStreamClient.of(
                ClusterAccess.url(uri).token(String.valueOf(exec.token())),
                offer.length == 0 ? usual : usual.withOffer(offer));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
    }

    private ExecOutcome run(String... command) throws IOException, InterruptedException {
        return client.pod("p").command(command).timeout(BOUND).run();
    }

    @Test
    void bothOutputsAndTheExitCodeArrive() throws Exception {
        ExecOutcome outcome = run("sh", "-c", "echo out; echo err >&2; exit 42");

        assertThat(outcome.out()).isEqualTo("out\n");
        assertThat(outcome.err()).isEqualTo("err\n");
        assertThat(outcome.result().exitCode()).hasValue(42);
    }

    @Test
    void argumentsArriveAsTheyAre() throws Exception {
        assertThat(run("printf", "%s|", "a b", "ü€", "", "a+b%20c&d=e#f;g").out())
                .isEqualTo("a b|ü€||a+b%20c&d=e#f;g|");
    }

    @Test
    void closingStdinEndsTheInputAndNothingElse() throws Exception {
        ExecOutcome outcome = client.pod("p")
                .command("sh", "-c", "cat; echo after; exit 5")
                .stdin("before\n".getBytes(UTF_8))
                .timeout(BOUND)
                .run();

        assertThat(outcome.out()).isEqualTo("before\nafter\n");
        assertThat(outcome.result().exitCode()).hasValue(5);
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V5", "V4_BASE64"})
    void sixteenMebibytesGoUpAndComeBack(Subprotocol subprotocol) throws Exception {
        byte[] bulk = new byte[BULK_BYTES];
        new Random(5).nextBytes(bulk);
        try (WsStreamClient speaker = client(subprotocol);
                ExecSession session = speaker.pod("p")
                        .command("head", "-c", "" + bulk.length)
                        .stdin(new ByteArrayInputStream(bulk))
                        .withoutHalfClose(WithoutHalfClose.LEAVE_OPEN)
                        .timeout(BOUND)
                        .start()) {
            byte[] output = session.stdout().readAllBytes();

            assertThat(session.subprotocol()).isEqualTo(subprotocol);
            assertThat(sha256(output)).isEqualTo(sha256(bulk));
            assertThat(session.await(BOUND)).isEqualTo(new ExecResult.Success());
        }
    }

    @Test
    void theTerminalHasItsSizeRightAtTheStartAndAfterEachResize() throws Exception {
        try (ExecSession session = client.pod("p")
                .command("sh", "-c", "stty size; read a; stty size; tty")
                .tty(new TerminalSize(99, 33))
                .timeout(BOUND)
                .start()) {
            readUntil(session.stdout(), "33 99");
            session.resize(new TerminalSize(120, 40));
            session.stdin().write('\r');
            readUntil(session.stdout(), "40 120");
            readUntil(session.stdout(), "/dev/pts/");

            assertThat(session.await(BOUND)).isEqualTo(new ExecResult.Success());
        }
    }

    /** Input that nobody reads: the client is held up, and then every byte is there. */
    @Test
    void inputThatIsNotReadHoldsUpItsClientAndIsNotLost() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        AtomicLong taken = new AtomicLong();
        byte[] bulk = new byte[4 * BULK_BYTES];
        new Random(6).nextBytes(bulk);
        serve(io -> {
            assertThat(read.await(60, TimeUnit.SECONDS)).isTrue();
            io.stdout().write(sha256(io.stdin().readAllBytes()).getBytes(UTF_8));
            return 0;
        });
        try (ExecSession session = client.pod("p")
                .command("x")
                .stdin(counting(bulk, taken))
                .timeout(BOUND)
                .start()) {
            awaitStandstill(taken);
            assertThat(taken.get()).isBetween(1L, bulk.length / 2L);
            read.countDown();

            assertThat(new String(session.stdout().readAllBytes(), UTF_8)).isEqualTo(sha256(bulk));
            assertThat(session.await(BOUND)).isEqualTo(new ExecResult.Success());
        }
    }

    /** Output that the client does not read: the program is held up, and then every byte is there. */
    @Test
    void outputThatIsNotReadHoldsUpItsProgramAndIsNotLost() throws Exception {
        AtomicLong written = new AtomicLong();
        int total = 4 * BULK_BYTES;
        serve(io -> {
            byte[] block = new byte[64 << 10];
            while (written.get() < total) {
                io.stdout().write(block);
                written.addAndGet(block.length);
            }
            return 0;
        });
        try (ExecSession session = client.pod("p").command("x").timeout(BOUND).start()) {
            awaitStandstill(written);
            assertThat(written.get()).isBetween(1L, total / 2L);

            assertThat(session.stdout().readAllBytes()).hasSize(total);
            assertThat(session.await(BOUND)).isEqualTo(new ExecResult.Success());
        }
    }

    @Test
    void aClientThatGoesTakesItsProcessWithIt() throws Exception {
        try (WsStreamClient leaves = client();
                ExecSession session = leaves.pod("p")
                        .command("sh", "-c", "echo started; exec sleep 1000")
                        .timeout(BOUND)
                        .start()) {
            readUntil(session.stdout(), "started");
            assertThat(exec.liveSessions()).isEqualTo(1);
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> exec.liveSessions() == 0);
    }

    @Test
    void aServerThatGoesIsNoSuccess() throws Exception {
        try (ExecSession session = client.pod("p")
                .command("sh", "-c", "echo started; exec sleep 1000")
                .timeout(BOUND)
                .start()) {
            readUntil(session.stdout(), "started");
            exec.close(Duration.ofSeconds(10));

            assertThat(session.await(BOUND)).isInstanceOf(ExecResult.NoStatus.class);
            assertThat(exec.liveSessions()).isZero();
        }
    }

    @Test
    void sessionsAtOnceAreNotMixedUp() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<String>> runs = IntStream.range(0, 60)
                    .<Callable<String>>mapToObj(number -> () -> {
                        ExecOutcome outcome = run("sh", "-c", "echo " + number + "; exit " + number);
                        return outcome.out().strip() + " "
                                + outcome.result().exitCode().orElse(-1);
                    })
                    .toList();
            List<String> results = new ArrayList<>();
            for (Future<String> run : pool.invokeAll(runs, 60, TimeUnit.SECONDS)) {
                results.add(run.get());
            }

            assertThat(results)
                    .containsExactlyElementsOf(IntStream.range(0, 60)
                            .mapToObj(number -> number + " " + number)
                            .toList());
            await().atMost(Duration.ofSeconds(10)).until(() -> exec.liveSessions() == 0);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aClientOfClientGosKindSeesItsBytesItsStatusAndClose1000() throws Exception {
        PeerResult result = Peer.GORILLA
                .command(
                        "k8s-sink",
                        "-url",
                        "ws" + uri.toString().substring(4)
                                + "/api/v1/namespaces/default/pods/p/exec?command=wc&command=-c&stdin=true&stdout=true",
                        "-token",
                        String.valueOf(exec.token()),
                        "-bytes",
                        "" + BULK_BYTES)
                .run(BOUND);

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out()).contains("\"closeCode\":1000", "\"status\":\"Success\"");
    }

    @Test
    void aWrongTokenIsNotLetIn() throws Exception {
        try (WsStreamClient stranger = WsStreamClient.of(ClusterAccess.url(uri).token("no-token-of-anybody"))) {
            assertThatThrownBy(() ->
                            stranger.pod("p").command("true").timeout(BOUND).run())
                    .isInstanceOf(WsStreamException.class);
        }
    }

    /** Opens a session that is to be refused; how, differs. */
    WsStreamException refusal(String pod, Subprotocol... offer) throws Exception {
        try (WsStreamClient refused = client(offer)) {
            refused.pod(pod).command("true").timeout(BOUND).run();
            throw new AssertionError("it was let in");
        } catch (WsStreamException asExpected) {
            return asExpected;
        }
    }

    private static InputStream counting(byte[] bytes, AtomicLong taken) {
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                int count = super.read(to, offset, length);
                taken.addAndGet(Math.max(0, count));
                return count;
            }
        };
    }

    private static void awaitStandstill(AtomicLong counter) {
        AtomicLong before = new AtomicLong(-1);
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(400))
                .until(() -> counter.get() > 0 && counter.get() == before.getAndSet(counter.get()));
    }

    private static void readUntil(InputStream in, String wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            seen.append((char) next);
            if (seen.indexOf(wanted) >= 0) {
                return;
            }
        }
        throw new AssertionError("expected " + wanted + " but the output was: " + seen);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
