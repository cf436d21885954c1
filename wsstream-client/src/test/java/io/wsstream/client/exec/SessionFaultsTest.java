package io.wsstream.client.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.ScriptedServer;
import io.wsstream.client.ScriptedServer.Script;
import io.wsstream.client.WsStreamClient;
import io.wsstream.core.Channel;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.ExecResult;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsTimeoutException;
import io.wsstream.core.websocket.WebSocketSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SessionFaultsTest {
    private static final String V5 = "v5.channel.k8s.io";
    private static final String V4 = "v4.channel.k8s.io";
    private static final int MESSAGE_BYTES = 30_000;

    @AfterEach
    void noThreadIsLeft() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(8))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("wsstream-")
                                // Shared, and with a life of its own.
                                && !thread.getName().equals("wsstream-timer")));
    }

    // ---------------------------------------------------------------- how it ends

    @Test
    void aStatusMayComeInTwoMessages() throws Exception {
        ExecOutcome outcome = outcome(peer -> {
            peer.accept(V5);
            peer.message(1, "out");
            peer.message(2, "err");
            peer.message(3, "{\"status\":\"Failure\",\"reason\":\"NonZeroExitCode\",");
            peer.message(3, "\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"42\"}]}}");
            peer.closeFrame(1000);
            peer.readToClose();
        });

        assertThat(outcome.result().exitCode()).hasValue(42);
        assertThat(outcome.out()).isEqualTo("out");
        assertThat(outcome.err()).isEqualTo("err");
    }

    @Test
    void aCleanCloseWithoutAStatusIsNoSuccess() throws Exception {
        ExecOutcome outcome = outcome(peer -> {
            peer.accept(V5);
            peer.message(1, "half of the out");
            peer.closeFrame(1000);
            peer.readToClose();
        });

        assertThat(outcome.result()).isInstanceOf(ExecResult.NoStatus.class);
        assertThat(outcome.result().describe()).contains("without a status");
        assertThat(outcome.out()).isEqualTo("half of the out");
    }

    @Test
    void aCutBeforeTheStatusIsALostConnection() throws Exception {
        ExecOutcome outcome = outcome(peer -> {
            peer.accept(V5);
            peer.message(1, "some");
        });

        assertThat(why(outcome.result())).isInstanceOf(ConnectionLostException.class);
        assertThat(outcome.out()).isEqualTo("some");
    }

    @Test
    void aCutAfterTheStatusTakesNothingFromIt() throws Exception {
        ExecOutcome outcome = outcome(peer -> {
            peer.accept(V5);
            peer.message(1, "all");
            peer.success();
        });

        assertThat(outcome.result()).isEqualTo(new ExecResult.Success());
        assertThat(outcome.out()).isEqualTo("all");
    }

    @Test
    void outputReadAfterTheEndIsWhole() throws Exception {
        Script more = peer -> {
            peer.accept(V5);
            sendMoreThanTheStreamHolds(peer);
            peer.success();
            peer.closeFrame(1000);
            peer.readToClose();
        };
        try (ScriptedServer server = ScriptedServer.playing(more);
                WsStreamClient client = server.client();
                ExecSession session = client.pod("p").command("c").start()) {
            InputStream stdout = session.stdout();

            ExecResult result = session.await();

            assertThat(result).isEqualTo(new ExecResult.Success());
            assertThat(stdout.readAllBytes()).hasSize(10 * MESSAGE_BYTES);
        }
    }

    @Test
    void outputThatCameBeforeACancelIsWhole() throws Exception {
        Script more = peer -> {
            peer.accept(V5);
            sendMoreThanTheStreamHolds(peer);
            peer.message(2, "!");
            peer.readToClose();
        };
        try (ScriptedServer server = ScriptedServer.playing(more);
                WsStreamClient client = server.client()) {
            ExecSession session = client.pod("p").command("c").start();
            InputStream stdout = session.stdout();
            assertThat(session.stderr().read()).isEqualTo('!');

            session.close();

            assertThat(stdout.readAllBytes()).hasSize(10 * MESSAGE_BYTES);
            assertThat(session.await()).isInstanceOf(ExecResult.NoStatus.class);
        }
    }

    /** 300,000 bytes: the stream takes 256 KiB, and the rest waits in the connection, which goes on reading. */
    private static void sendMoreThanTheStreamHolds(ScriptedServer.Peer peer) throws IOException {
        for (int i = 0; i < 10; i++) {
            peer.message(1, "x".repeat(MESSAGE_BYTES));
        }
    }

    @Test
    void aMaskedFrameFromAServerIsAViolationAndAnsweredSo() throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    peer.socket().getOutputStream().write(new byte[] {(byte) 0x82, (byte) 0x82, 0, 0, 0, 0, 1, 'x'});
                    answer.complete(peer.readFrame());
                });
                WsStreamClient client = server.client()) {
            ExecOutcome outcome = client.pod("p").command("c").run();

            assertThat(why(outcome.result())).isInstanceOf(ProtocolViolationException.class);
            assertThat(answer.get(30, TimeUnit.SECONDS)).startsWith("88 \u0003\u00ea");
        }
    }

    @Test
    void bytesThatComeWithThe101AreNotLost() throws Exception {
        ExecOutcome outcome = outcome(peer -> {
            peer.accept("Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n", true, new byte[] {(byte) 0x82, 2, 1, 'x'});
            peer.success();
            peer.closeFrame(1000);
            peer.readToClose();
        });

        assertThat(outcome.out()).isEqualTo("x");
    }

    @Test
    void silenceBeyondTheBoundLosesTheConnection() throws Exception {
        WebSocketSettings usual = WebSocketSettings.client();
        WebSocketSettings impatient = new WebSocketSettings(
                usual.maxMessageBytes(),
                usual.highMarkBytes(),
                usual.lowMarkBytes(),
                usual.pingEvery(),
                Duration.ofSeconds(2),
                usual.idle(),
                usual.stall(),
                usual.linger(),
                usual.lingerTotal());
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    peer.socket().getInputStream().readAllBytes();
                });
                WsStreamClient client = WsStreamClient.of(
                        server.access(), ClientSettings.defaults().withWebSocket(impatient))) {
            ExecOutcome outcome = client.pod("p").command("c").run();

            assertThat(why(outcome.result())).isInstanceOf(WsTimeoutException.class);
        }
    }

    @Test
    void aPingIsAnsweredWhileStdinWaits() throws Exception {
        CompletableFuture<String> pong = new CompletableFuture<>();
        ExecOutcome outcome = outcome(peer -> {
            peer.accept(V5);
            peer.frame(0x89, new byte[] {'p'});
            pong.complete(peer.readFrame());
            peer.success();
            peer.closeFrame(1000);
            peer.readToClose();
        });

        assertThat(pong.get(30, TimeUnit.SECONDS)).isEqualTo("8a p");
        assertThat(outcome.isSuccess()).isTrue();
    }

    @Test
    void aPingInAFloodIsAnsweredWhoeverReadsIt() throws Exception {
        CompletableFuture<String> pong = new CompletableFuture<>();
        int messages = 4000;
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    String piece = "x".repeat(MESSAGE_BYTES);
                    for (int i = 0; i < messages; i++) {
                        if (i == messages / 2) {
                            peer.frame(0x89, new byte[] {'p'});
                        }
                        peer.message(1, piece);
                    }
                    pong.complete(peer.readFrame());
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                });
                WsStreamClient client = server.client();
                ExecSession session = client.pod("p").command("c").start()) {
            byte[] bytes = new byte[MESSAGE_BYTES];
            long left = (long) messages * MESSAGE_BYTES;
            while (left > 0) {
                left -= session.stdout().read(bytes);
            }

            assertThat(left).isZero();
            assertThat(pong.get(30, TimeUnit.SECONDS)).isEqualTo("8a p");
            assertThat(session.await()).isEqualTo(new ExecResult.Success());
        }
    }

    /** Each starts one; Java 17 has one kind of threads, Java 21 two. */
    static List<Function<Runnable, Thread>> kindsOfThreads() throws ReflectiveOperationException {
        List<Function<Runnable, Thread>> kinds = new ArrayList<>();
        kinds.add(work -> {
            Thread platform = new Thread(work);
            platform.start();
            return platform;
        });
        if (Runtime.version().feature() >= 21) {
            Method virtual = Thread.class.getMethod("startVirtualThread", Runnable.class);
            kinds.add(work -> {
                try {
                    return (Thread) virtual.invoke(null, work);
                } catch (ReflectiveOperationException cannotBe) {
                    throw new LinkageError("Thread.startVirtualThread", cannotBe);
                }
            });
        }
        return kinds;
    }

    @ParameterizedTest
    @MethodSource("kindsOfThreads")
    void anInterruptInAWriteBreaksNoConnection(Function<Runnable, Thread> kind) throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicLong written = new AtomicLong();
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                });
                WsStreamClient client = server.client();
                ExecSession session = client.pod("p").command("c").start()) {
            Thread writer = kind.apply(() -> {
                try {
                    while (true) {
                        session.stdin().write(new byte[MESSAGE_BYTES]);
                        written.incrementAndGet();
                    }
                } catch (IOException over) {
                    // By the interrupt, or the end of the session.
                }
            });
            AtomicLong before = new AtomicLong();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .during(Duration.ofMillis(300))
                    .until(() -> written.get() > 0 && before.getAndSet(written.get()) == written.get());

            writer.interrupt();
            interrupted.countDown();

            assertThat(session.await()).isEqualTo(new ExecResult.Success());
            writer.join(30_000);
            assertThat(writer.isAlive()).isFalse();
        }
    }

    // ---------------------------------------------------------------- timeout, cancel

    @Test
    void aTimeoutIsTheReasonOfTheResultAndWhatCameIsKept() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    peer.message(1, "so far");
                    peer.socket().getInputStream().readAllBytes();
                });
                WsStreamClient client = server.client()) {
            ExecOutcome outcome = client.pod("p")
                    .command("sleep")
                    .timeout(Duration.ofMillis(400))
                    .run();

            assertThat(why(outcome.result()))
                    .isInstanceOf(WsTimeoutException.class)
                    .hasMessageContaining("within 400 ms");
            assertThat(outcome.out()).isEqualTo("so far");
        }
    }

    @Test
    void whenRunReturnsAfterItsTimeoutTheServerHasHadOurClose() throws Exception {
        AtomicReference<String> told = new AtomicReference<>("nothing");
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    told.set(peer.readFrame());
                    peer.closeFrame(1000);
                    peer.socket().getInputStream().readAllBytes();
                });
                WsStreamClient client = server.client()) {
            client.pod("p").command("sleep").timeout(Duration.ofMillis(300)).run();

            assertThat(told.get()).startsWith("88 \u0003\u00e8");
        }
    }

    @Test
    void aServerThatNeverAnswersOurCloseHoldsRunForASecondOnly() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    Thread.currentThread().join();
                });
                WsStreamClient client = server.client()) {
            long begun = System.nanoTime();
            client.pod("p").command("sleep").timeout(Duration.ofMillis(300)).run();

            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(Duration.ofMillis(300), Duration.ofSeconds(9));
        }
    }

    @Test
    void theEndOfTheConnectionCanBeAwaited() throws Exception {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    peer.readToClose();
                    answer.get(30, TimeUnit.SECONDS);
                    peer.closeFrame(1000);
                });
                WsStreamClient client = server.client()) {
            ExecSession session = client.pod("p").command("c").start();

            assertThat(session.awaitDisconnect(Duration.ofMillis(50))).isFalse();
            session.close();
            session.await();
            answer.complete(null);
            assertThat(session.awaitDisconnect(Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void closeTellsTheServerAndIsTheReasonOfTheResult() throws Exception {
        CompletableFuture<String> told = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    peer.message(1, "x");
                    told.complete(peer.readFrame());
                });
                WsStreamClient client = server.client()) {
            ExecSession session = client.pod("p").command("c").start();
            InputStream stdout = session.stdout();
            assertThat(stdout.read()).isEqualTo('x');
            session.close();
            session.close();

            assertThat(why(session.await())).isInstanceOf(SessionCancelledException.class);
            assertThat(stdout.read()).isEqualTo(-1);
            assertThat(told.get(30, TimeUnit.SECONDS)).startsWith("88 \u0003\u00e8");
        }
    }

    @Test
    void aWriteThatNobodyReadsIsFreedByClose() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    Thread.currentThread().join();
                });
                WsStreamClient client = server.client()) {
            ExecSession session = client.pod("p").command("c").start();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread writer = new Thread(() -> {
                try (OutputStream stdin = session.stdin()) {
                    byte[] bytes = new byte[1 << 20];
                    while (true) {
                        stdin.write(bytes);
                    }
                } catch (IOException | RuntimeException thrown) {
                    failure.set(thrown);
                }
            });
            writer.start();
            Awaitility.await().until(() -> inSocketWrite(writer));
            long begun = System.nanoTime();
            session.close();
            assertThat(why(session.await(Duration.ofSeconds(1)))).isInstanceOf(SessionCancelledException.class);
            writer.join();

            assertThat(failure.get()).isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void closingTheClientCancelsItsSessions() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
            peer.accept(V5);
            peer.socket().getInputStream().readAllBytes();
        })) {
            WsStreamClient client = server.client();
            ExecSession session = client.pod("p").command("c").start();
            client.close();

            assertThat(why(session.await())).hasMessageContaining("the client was closed");
            assertThatThrownBy(() -> client.pod("p").command("c").start()).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anInterruptedRunEndsItsSession() throws Exception {
        CompletableFuture<Void> open = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    open.complete(null);
                    peer.socket().getInputStream().readAllBytes();
                });
                WsStreamClient client = server.client()) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    client.pod("p").command("c").run();
                } catch (Throwable thrown) {
                    failure.set(thrown);
                }
            });
            caller.start();
            open.get(30, TimeUnit.SECONDS);
            caller.interrupt();
            caller.join();

            assertThat(failure.get()).isInstanceOf(InterruptedException.class);
        }
    }

    // ---------------------------------------------------------------- stdin

    @Test
    void stdinEndsWithCloseOnV5() throws Exception {
        List<String> frames = new java.util.concurrent.CopyOnWriteArrayList<>();
        ExecOutcome outcome = outcome(
                peer -> {
                    peer.accept(V5);
                    frames.add(peer.readFrame());
                    frames.add(peer.readFrame());
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                },
                request -> request.stdin(new byte[] {'h', 'i'}));

        assertThat(frames).containsExactly("82 \0hi", "82 \u00ff\0");
        assertThat(outcome.isSuccess()).isTrue();
    }

    @Test
    void onV4AGivenStdinIsRefusedBeforeAByteOfItIsSent() throws Exception {
        CompletableFuture<Integer> next = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V4);
                    next.complete(peer.socket().getInputStream().read());
                });
                WsStreamClient client = server.client()) {
            assertThatThrownBy(() ->
                            client.pod("p").command("cat").stdin(new byte[10]).run())
                    .isInstanceOf(HalfCloseUnsupportedException.class)
                    .hasMessageContaining("v5.channel.k8s.io");
            assertThat(next.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
        }
    }

    @Test
    void onV4StdinMayBeLeftOpen() throws Exception {
        ExecOutcome outcome = outcome(
                peer -> {
                    peer.accept(V4);
                    peer.readFrame();
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                },
                request -> request.stdin(new byte[] {'h', 'i'}).withoutHalfClose(WithoutHalfClose.LEAVE_OPEN));

        assertThat(outcome.isSuccess()).isTrue();
    }

    @Test
    void onV4ClosingStdinExplainsItself() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V4);
                    peer.socket().getInputStream().readAllBytes();
                });
                WsStreamClient client = server.client();
                ExecSession session = client.pod("p").command("cat").start()) {
            assertThatThrownBy(() -> session.stdin().close()).isInstanceOf(HalfCloseUnsupportedException.class);
        }
    }

    @Test
    void aSourceThatCannotBeReadIsNoEndOfInput() throws Exception {
        ExecOutcome outcome = outcome(
                peer -> {
                    peer.accept(V5);
                    peer.socket().getInputStream().readAllBytes();
                },
                request -> request.stdin(new Broken()));

        assertThat(why(outcome.result()))
                .isInstanceOf(SessionCancelledException.class)
                .hasMessageContaining("disk on fire");
    }

    @Test
    void aSourceThatFailsWithABugIsNoEndOfInputEither() throws Exception {
        ExecOutcome outcome = outcome(
                peer -> {
                    peer.accept(V5);
                    peer.socket().getInputStream().readAllBytes();
                },
                request -> request.stdin(new InputStream() {
                    @Override
                    public int read() {
                        throw new IllegalStateException("a bug");
                    }

                    @Override
                    public int read(byte[] to, int offset, int length) {
                        throw new IllegalStateException("a bug");
                    }
                }));

        assertThat(why(outcome.result()))
                .isInstanceOf(SessionCancelledException.class)
                .hasMessageContaining("a bug");
    }

    @Test
    void theEndOfTheCommandEndsAPumpThatWaitsForItsSource() throws Exception {
        java.io.PipedInputStream neverFed = new java.io.PipedInputStream(new java.io.PipedOutputStream());
        ExecOutcome outcome = outcome(
                peer -> {
                    peer.accept(V5);
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                },
                request -> request.stdin(neverFed));

        assertThat(outcome.isSuccess()).isTrue();
    }

    // ---------------------------------------------------------------- outputs

    @Test
    void anOutputThatNobodyReadsNeverHoldsUpTheResult() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    String part = "x".repeat(32 * 1024);
                    for (int i = 0; i < 256; i++) {
                        peer.message(2, part);
                    }
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                });
                WsStreamClient client = server.client();
                ExecSession session = client.pod("p").command("c").start()) {
            assertThat(session.await()).isEqualTo(new ExecResult.Success());
            InputStream late = session.stderr();
            assertThat(late.readNBytes(1000)).hasSize(1000);
            assertThatThrownBy(late::readAllBytes).hasMessageContaining("were dropped");
            assertThat(session.stdout().read()).isEqualTo(-1);
        }
    }

    @Test
    void anOutputIsReadableAfterTheEnd() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    peer.message(1, "late reader");
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                });
                WsStreamClient client = server.client();
                ExecSession session = client.pod("p").command("c").start()) {
            assertThat(session.result()
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS)
                            .isSuccess())
                    .isTrue();
            assertThat(session.stdout().readAllBytes()).asString().isEqualTo("late reader");
        }
    }

    @Test
    void aCaptureBeyondItsBoundIsTruncatedAndSaysSo() throws Exception {
        ExecOutcome outcome = outcome(
                peer -> {
                    peer.accept(V5);
                    peer.message(1, "0123456789");
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                },
                request -> request.maxCapture(4));

        assertThat(outcome.out()).isEqualTo("0123");
        assertThat(outcome.isTruncated()).isTrue();
    }

    // ---------------------------------------------------------------- terminal

    @ParameterizedTest
    @ValueSource(strings = {"RESIZE", "ERROR"})
    void theSizeOfTheTerminalIsSentBeforeAnythingElse(String channel) throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        Channel resizeChannel = Channel.valueOf(channel);
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
                    peer.accept(V5);
                    first.complete(peer.readFrame());
                    second.complete(peer.readFrame());
                    peer.success();
                    peer.closeFrame(1000);
                    peer.readToClose();
                });
                WsStreamClient client = WsStreamClient.of(
                        server.access(), ClientSettings.defaults().withResizeChannel(resizeChannel))) {
            client.pod("p")
                    .command("sh")
                    .tty(new TerminalSize(80, 24))
                    .stdin(new ByteArrayInputStream(new byte[] {'x'}))
                    .run();

            assertThat(first.get(30, TimeUnit.SECONDS))
                    .isEqualTo("82 " + (char) resizeChannel.number() + "{\"Width\":80,\"Height\":24}\n");
            assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("82 \0x");
            assertThat(server.request()).contains("stdin=true&stdout=true&stderr=false&tty=true");
        }
    }

    // ---------------------------------------------------------------- nothing is left

    @Test
    void noDescriptorIsLeftAfterManySessionsOfAllEnds() throws Exception {
        Script good = peer -> {
            peer.accept(V5);
            peer.success();
            peer.closeFrame(1000);
            peer.readToClose();
        };
        Script cut = peer -> peer.accept(V5);
        Script refused = peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        };
        rounds(good, cut, refused, 5);
        long before = descriptors();

        rounds(good, cut, refused, 50);

        Awaitility.await().atMost(Duration.ofSeconds(8)).until(() -> descriptors() <= before);
    }

    private static void rounds(Script good, Script cut, Script refused, int count) throws Exception {
        for (Script script : List.of(good, cut, refused)) {
            try (ScriptedServer server = ScriptedServer.playing(script);
                    WsStreamClient client = server.client()) {
                for (int i = 0; i < count; i++) {
                    try {
                        client.pod("p").command("c").run();
                    } catch (IOException expectedOfTheRefused) {
                        assertThat(script).isSameAs(refused);
                    }
                }
            }
        }
    }

    private static long descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static boolean inSocketWrite(Thread thread) {
        for (StackTraceElement element : thread.getStackTrace()) {
            if (element.getClassName().contains("NioSocketImpl")
                    && element.getMethodName().contains("rite")) {
                return true;
            }
        }
        return false;
    }

    private static Throwable why(ExecResult result) {
        assertThat(result).isInstanceOf(ExecResult.NoStatus.class);
        return ((ExecResult.NoStatus) result).why();
    }

    private static ExecOutcome outcome(Script script) throws Exception {
        return outcome(script, request -> request);
    }

    private static ExecOutcome outcome(Script script, java.util.function.UnaryOperator<ExecRequest> options)
            throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(script);
                WsStreamClient client = server.client()) {
            return options.apply(client.pod("p").command("c")).run();
        }
    }

    private static final class Broken extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("disk on fire");
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            throw new IOException("disk on fire");
        }
    }
}
