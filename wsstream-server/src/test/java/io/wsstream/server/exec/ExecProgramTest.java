package io.wsstream.server.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.core.TerminalSize;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusError;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.tyrus.LogCapture;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Ending;
import io.wsstream.server.tyrus.Servers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs in Java: what they read, write and return, and how they end with their clients. */
@Timeout(60)
class ExecProgramTest {
    private static WsStreamServer serving(ExecProgram program) throws IOException {
        return Servers.plain(ExecTarget.program(program)).start();
    }

    private static Ending outcome(ExecProgram program) throws IOException {
        try (WsStreamServer server = serving(program);
                RawClient client = RawClient.open(server, "stdout stderr", "x")) {
            return client.readToEnd();
        }
    }

    @Test
    void readsItsInputToTheEndAndWritesBothOutputs() throws Exception {
        try (WsStreamServer server = serving(io -> {
                    String text = new String(io.stdin().readAllBytes(), UTF_8);
                    io.stdout().write(("read " + text).getBytes(UTF_8));
                    io.stderr().write(io.request().command().toString().getBytes(UTF_8));
                    return 7;
                });
                RawClient client = RawClient.open(server, "stdin stdout stderr", "a", "b c")) {
            client.stdin("one ").stdin("two").endStdin();

            Ending ending = client.readToEnd();

            assertThat(ending.stdoutText()).isEqualTo("read one two");
            assertThat(ending.stderrText()).isEqualTo("[a, b c]");
            assertThat(ending.status()).contains("exit status 7");
            assertThat(ending.statusLast()).isTrue();
            assertThat(ending.closeCodes()).containsExactly(1000);
        }
    }

    @Test
    void withoutStdinItsInputIsAtItsEnd() throws Exception {
        assertThat(outcome(io -> io.stdin().read() == -1 ? 5 : 6).status()).contains("exit status 5");
    }

    @Test
    void onATerminalItKnowsTheSizeFromTheStartAndHearsOfEachOther() throws Exception {
        BlockingQueue<TerminalSize> sizes = new LinkedBlockingQueue<>();
        try (WsStreamServer server = serving(io -> {
                    io.onResize(() -> add(sizes, io.size()));
                    add(sizes, io.size());
                    io.stderr().write("errors, too".getBytes(UTF_8));
                    return io.stdin().read();
                });
                RawClient client = RawClient.open(server, "stdin stdout tty", "x")) {
            client.resize(4, 99, 33);
            assertThat(sizes.poll(10, TimeUnit.SECONDS)).isEqualTo(new TerminalSize(99, 33));
            client.resize(4, 120, 40);
            assertThat(sizes.poll(10, TimeUnit.SECONDS)).isEqualTo(new TerminalSize(120, 40));
            client.stdin("\4");

            Ending ending = client.readToEnd();

            assertThat(ending.stdoutText()).isEqualTo("errors, too");
            assertThat(ending.status()).contains("exit status 4");
        }
    }

    @Test
    void theSizeItStartsWithIsNoNews() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        ExecProgram program = io -> {
            seen.add("starts with " + io.size());
            io.onResize(() -> seen.add("now " + io.size()));
            return 0;
        };
        Executor whoeverCalls = Runnable::run;
        try (WsStreamServer server =
                        Servers.plain(ExecTarget.program(program, whoeverCalls)).start();
                RawClient client = RawClient.open(server, "stdout tty", "x")) {
            client.resize(4, 99, 33);

            assertThat(client.readToEnd().status()).contains("Success");
            await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0);
            assertThat(seen).containsExactly("starts with 99x33");
        }
    }

    private static void add(BlockingQueue<TerminalSize> sizes, @Nullable TerminalSize size) {
        sizes.add(size == null ? new TerminalSize(0, 0) : size);
    }

    @Test
    void aStatusErrorIsToldInItsOwnWords() throws Exception {
        Ending ending = outcome(io -> {
            io.stdout().write('x');
            throw new StatusError(Status.failure(409, "Conflict", "somebody else is at it"));
        });

        assertThat(ending.stdoutText()).isEqualTo("x");
        assertThat(ending.status()).contains("\"reason\":\"Conflict\"").contains("somebody else is at it");
    }

    @Test
    void aProgramThatThrowsHasFailedAndOnlyTheLogSaysWhy() throws Exception {
        try (LogCapture log = new LogCapture()) {
            Ending ending = outcome(io -> {
                throw new IllegalStateException("a detail");
            });

            assertThat(ending.status()).contains("InternalError").doesNotContain("a detail");
            assertThat(log.text()).contains("a detail");
        }
    }

    @Test
    void anExitCodeThatIsNoneIsAFailure() throws Exception {
        try (LogCapture log = new LogCapture()) {
            assertThat(outcome(io -> 256).status()).contains("InternalError");
            assertThat(log.text()).contains("exit code 256; expected 0 to 255");
        }
    }

    @Test
    void aSlowClientHoldsUpItsProgramAndLosesNothing() throws Exception {
        int total = 64 << 20;
        AtomicLong written = new AtomicLong();
        try (WsStreamServer server = serving(io -> {
                    byte[] block = new byte[64 << 10];
                    while (written.get() < total) {
                        io.stdout().write(block);
                        written.addAndGet(block.length);
                    }
                    return 0;
                });
                RawClient client = RawClient.open(server, "stdout", "x")) {
            await().atMost(Duration.ofSeconds(10)).until(() -> written.get() > 0);
            await().during(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> written.get() < total / 2);

            Ending ending = client.readToEnd();

            assertThat(ending.stdout()).hasSize(total);
            assertThat(ending.status()).contains("Success");
        }
    }

    @Test
    void inputThatNobodyReadsDoesNotHoldUpTheEnd() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (WsStreamServer server = serving(io -> {
                    assertThat(sent.await(20, TimeUnit.SECONDS)).isTrue();
                    return 3;
                });
                RawClient client = RawClient.open(server, "stdin stdout", "x")) {
            byte[] block = RawClient.message(0, new byte[32 << 10]);
            for (int i = 0; i < 20; i++) {
                client.write(block);
            }
            sent.countDown();

            assertThat(client.readToEnd().status()).contains("exit status 3");
        }
    }

    @Test
    void afterItsInputIsClosedWhatComesIsDropped() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (WsStreamServer server = serving(io -> {
                    await().atMost(Duration.ofSeconds(10))
                            .until(() -> io.stdin().available() == 64 << 10);
                    io.stdin().close(); // while more waits behind it
                    return sent.await(20, TimeUnit.SECONDS) ? 4 : 5;
                });
                RawClient client = RawClient.open(server, "stdin stdout", "x")) {
            byte[] block = RawClient.message(0, new byte[32 << 10]);
            for (int i = 0; i < 1000; i++) {
                client.write(block); // more than all queues on the way would hold
            }
            sent.countDown();

            assertThat(client.readToEnd().status()).contains("exit status 4");
        }
    }

    @Test
    void whenTheClientIsGoneItsInputEndsAndItsWritesThrow() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        CountDownLatch started = new CountDownLatch(1);
        try (WsStreamServer server = serving(io -> {
            started.countDown();
            seen.add("read " + io.stdin().read());
            await().atMost(Duration.ofSeconds(10)).until(() -> throwsOnWrite(io));
            seen.add("cannot write");
            return 0;
        })) {
            RawClient client = RawClient.open(server, "stdin stdout", "x");
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
            client.close();

            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("read -1");
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("cannot write");
            await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0);
        }
    }

    private static boolean throwsOnWrite(ExecStreams io) {
        try {
            io.stdout().write(1);
            return false;
        } catch (IOException gone) {
            return true;
        }
    }

    @Test
    void aProgramThatWaitsElsewhereIsInterruptedAndItsThreadIsAsGoodAsNew() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        ExecProgram waits = io -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException told) {
                seen.add("interrupted");
                Thread.currentThread().interrupt();
            }
            return 0;
        };
        Executor threads = run -> new Thread(() -> {
                    run.run();
                    seen.add(Thread.currentThread().isInterrupted() ? "still interrupted" : "as new");
                })
                .start();
        WsStreamServer server =
                Servers.plain(ExecTarget.program(waits, threads)).start();
        try (RawClient client = RawClient.open(server, "stdout", "x")) {
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
            server.close(Duration.ofMillis(10)); // what would be due after the grace is due now

            assertThat(client.readToEnd().closeCodes()).containsExactly(1001);
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("as new");
        } finally {
            server.close();
        }
    }

    @Test
    void withoutAThreadTheClientIsToldToComeAgain() throws Exception {
        ExecutorService closed = Executors.newSingleThreadExecutor();
        closed.shutdownNow();
        try (LogCapture log = new LogCapture();
                WsStreamServer server =
                        Servers.plain(ExecTarget.program(io -> 0, closed)).start();
                RawClient client = RawClient.open(server, "stdout", "x")) {
            assertThat(client.readToEnd().status()).contains("there is no thread for this command now");
            assertThat(log.text()).contains("no thread for its program");
        }
    }
}
