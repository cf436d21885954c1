package io.wsstream.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecOutcome;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.core.ExecResult;
import io.wsstream.core.WsTimeoutException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Output that nobody reads. fabric8 hangs on it (kubernetes-client issue 5022), the official client's pipes of some KiB
 * stall; ours stalls only where somebody has asked for a stream and then does not read it.
 */
@Timeout(120)
class UnreadOutputIT {
    private static final int BYTES = 64 << 20;
    private static final Duration BOUND = Duration.ofSeconds(60);

    private static LocalServer server;
    private static WsStreamClient client;

    /** Where the command writes 64 MiB. */
    private enum Flood {
        STDOUT("head -c " + BYTES + " /dev/zero; exit 3"),
        STDERR("head -c " + BYTES + " /dev/zero >&2; exit 3"),
        BOTH("head -c " + BYTES + " /dev/zero & head -c " + BYTES + " /dev/zero >&2; wait; exit 3");

        private final String script;

        Flood(String script) {
            this.script = script;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        server = new LocalServer();
        client = server.client();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    // ---------------------------------------------------------------- nobody reads anything

    @ParameterizedTest
    @EnumSource(Flood.class)
    void awaitComesThroughWhateverWaits(Flood flood) throws Exception {
        try (ExecSession session = start(flood)) {
            assertThat(session.await(BOUND).exitCode()).hasValue(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Flood.class)
    void resultComesThroughWhateverWaits(Flood flood) throws Exception {
        try (ExecSession session = start(flood)) {
            ExecResult result = session.result().toCompletableFuture().get(60, TimeUnit.SECONDS);

            assertThat(result.exitCode()).hasValue(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Flood.class)
    void runKeepsTheBeginningAndComesThrough(Flood flood) throws Exception {
        ExecOutcome outcome = client.pod("p")
                .command("sh", "-c", flood.script)
                .maxCapture(1000)
                .timeout(BOUND)
                .run();

        assertThat(outcome.result().exitCode()).hasValue(3);
        assertThat(outcome.isTruncated()).isTrue();
        assertThat(outcome.stdout()).hasSize(flood == Flood.STDERR ? 0 : 1000);
        assertThat(outcome.stderr()).hasSize(flood == Flood.STDOUT ? 0 : 1000);
    }

    @Test
    void whoReadsAfterAllIsToldThatSomeOfItIsGone() throws Exception {
        try (ExecSession session = start(Flood.STDOUT)) {
            session.await(BOUND);
            InputStream late = session.stdout();

            assertThat(late.readNBytes(100_000)).hasSize(100_000);
            assertThatThrownBy(late::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("were dropped");
        }
    }

    // ---------------------------------------------------------------- one is read, the other is not

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void whileTheResultIsAwaitedOneStreamIsReadWholeAndTheOtherDropped(boolean readStdout) throws Exception {
        try (ExecSession session = start(Flood.BOTH)) {
            InputStream read = readStdout ? session.stdout() : session.stderr();
            CompletableFuture<ExecResult> result = session.result().toCompletableFuture();

            assertThat(read.transferTo(OutputStream.nullOutputStream())).isEqualTo(BYTES);
            assertThat(result.get(60, TimeUnit.SECONDS).exitCode()).hasValue(3);
        }
    }

    @Test
    void withNobodyAwaitingTheResultTheOtherStreamStallsTheCommandUntilSomebodyDoes() throws Exception {
        try (ExecSession session = start(Flood.STDERR)) {
            CompletableFuture<Long> read = counting(session.stdout());

            assertThatThrownBy(() -> read.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

            assertThat(session.await(BOUND).exitCode()).hasValue(3);
            assertThat(read.get(60, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void aStreamThatWasAskedForIsNotDroppedAndHoldsTheResultUntilItIsReadOrClosed() throws Exception {
        try (ExecSession session = start(Flood.STDERR)) {
            InputStream asked = session.stderr();

            assertThatThrownBy(() -> session.await(Duration.ofSeconds(2))).isInstanceOf(WsTimeoutException.class);

            asked.close();
            assertThat(session.await(BOUND).exitCode()).hasValue(3);
        }
    }

    @Test
    void aStreamThatWasAskedForIsReadWholeHoweverLate() throws Exception {
        try (ExecSession session = start(Flood.STDOUT)) {
            InputStream asked = session.stdout();
            assertThatThrownBy(() -> session.await(Duration.ofSeconds(1))).isInstanceOf(WsTimeoutException.class);

            assertThat(asked.transferTo(OutputStream.nullOutputStream())).isEqualTo(BYTES);
            assertThat(session.await(BOUND).exitCode()).hasValue(3);
        }
    }

    @Test
    void closingAStalledSessionFreesItsReaderAndTheServer() throws Exception {
        ExecSession session = start(Flood.STDERR);
        CompletableFuture<Long> read = counting(session.stdout());
        assertThatThrownBy(() -> read.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

        session.close();

        assertThat(read.get(10, TimeUnit.SECONDS)).isZero();
        await().atMost(Duration.ofSeconds(20)).until(() -> server.liveSessions() == 0);
    }

    private static ExecSession start(Flood flood) throws Exception {
        return client.pod("p")
                .command("sh", "-c", flood.script)
                .withoutStdin()
                .timeout(BOUND)
                .start();
    }

    private static CompletableFuture<Long> counting(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return stream.transferTo(OutputStream.nullOutputStream());
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
    }
}
