package io.wsstream.server.exec;

import static io.wsstream.server.tyrus.Targets.print;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wsstream.core.Channel;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.status.Status;
import io.wsstream.server.SessionInfo;
import io.wsstream.server.SessionListener;
import io.wsstream.server.SessionOutcome;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.tyrus.LogCapture;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Ending;
import io.wsstream.server.tyrus.Servers;
import io.wsstream.server.tyrus.Targets;
import io.wsstream.server.tyrus.Targets.Quiet;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What targets may do wrong, what they are told, and what listeners hear. */
@Timeout(60)
class ExecSessionTest {
    private static final String SUCCESS = "{\"metadata\":{},\"status\":\"Success\"}";

    /** Remembers what it hears. */
    private static final class Ears implements SessionListener {
        final BlockingQueue<SessionInfo> opened = new LinkedBlockingQueue<>();
        final BlockingQueue<SessionOutcome> ended = new LinkedBlockingQueue<>();
        final List<String> order = new CopyOnWriteArrayList<>();

        @Override
        public void opened(SessionInfo session) {
            order.add("opened " + session.sessionId());
            opened.add(session);
        }

        @Override
        public void ended(SessionInfo session, SessionOutcome outcome) {
            order.add("ended " + session.sessionId());
            ended.add(outcome);
        }

        SessionOutcome outcome() throws InterruptedException {
            SessionOutcome first = ended.poll(10, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            return first;
        }
    }

    private static void awaitNoSession(WsStreamServer server) {
        await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0);
    }

    // ---- targets that do wrong

    @Test
    void aTargetThatThrowsInOpenEndsItsSessionWithAnInternalError() throws Exception {
        try (LogCapture log = new LogCapture();
                WsStreamServer server = Servers.plain(session -> {
                            throw new IllegalStateException("bug");
                        })
                        .start();
                RawClient client = RawClient.open(server, "stdout", "x")) {
            Ending ending = client.readToEnd();

            assertThat(ending.status()).contains("InternalError").contains("the target of this exec failed to open");
            assertThat(ending.closeCodes()).containsExactly(1000);
            awaitNoSession(server);
            assertThat(log.text()).contains("the target failed to open");
        }
    }

    @Test
    void aTargetWhoseAssertionFailsInOpenEndsItsSessionToo() throws Exception {
        try (WsStreamServer server = Servers.plain(session -> {
                            throw new AssertionError("expected something else");
                        })
                        .start();
                RawClient client = RawClient.open(server, "stdout", "x")) {
            assertThat(client.readToEnd().status()).contains("InternalError");
            awaitNoSession(server);
        }
    }

    @Test
    void onlyTheFirstEndCounts() throws Exception {
        Ears ears = new Ears();
        try (WsStreamServer server = Servers.plain(session -> {
                            session.exit(3);
                            session.exit(0);
                            session.fail(Status.internalError("late"));
                        })
                        .listener(ears)
                        .start();
                RawClient client = RawClient.open(server, "stdout", "x")) {
            Ending ending = client.readToEnd();

            assertThat(ending.status()).contains("exit status 3");
            assertThat(ears.outcome().exitCode()).hasValue(3);
            assertThat(ears.ended).isEmpty();
        }
    }

    @Test
    void whatIsSentAfterTheEndIsDroppedAndItsBufferReleased() throws Exception {
        Ears ears = new Ears();
        AtomicInteger released = new AtomicInteger();
        try (WsStreamServer server = Servers.plain(session -> {
                            print(session, "before");
                            session.exit(0);
                            session.send(Channel.STDOUT, ByteBuffer.wrap(new byte[100]), 0, released::incrementAndGet);
                        })
                        .listener(ears)
                        .start();
                RawClient client = RawClient.open(server, "stdout", "x")) {
            Ending ending = client.readToEnd();

            assertThat(ending.stdoutText()).isEqualTo("before");
            assertThat(ending.statusLast()).isTrue();
            assertThat(released).hasValue(1);
            assertThat(ears.outcome().bytesOut()).isEqualTo("before".length());
        }
    }

    @Test
    void streamsThatWereNotAskedForAreDroppedAndNotCounted() throws Exception {
        Ears ears = new Ears();
        AtomicInteger released = new AtomicInteger();
        try (WsStreamServer server = Servers.plain(session -> {
                            session.send(Channel.STDERR, ByteBuffer.wrap(new byte[9]), 0, released::incrementAndGet);
                            print(session, "out");
                            session.exit(0);
                        })
                        .listener(ears)
                        .start();
                RawClient client = RawClient.open(server, "stdout", "x")) {
            Ending ending = client.readToEnd();

            assertThat(ending.stdoutText()).isEqualTo("out");
            assertThat(ending.stderr()).isEmpty();
            assertThat(released).hasValue(1);
            assertThat(ears.outcome().bytesOut()).isEqualTo(3);
        }
    }

    @Test
    void anExitCodeOutOfItsRangeIsTheTargetsFaultAndLeavesTheSessionOpen() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        try (WsStreamServer server = Servers.plain(session -> {
                            try {
                                session.exit(256);
                            } catch (IllegalArgumentException refused) {
                                thrown.set(refused);
                            }
                            session.exit(255);
                        })
                        .start();
                RawClient client = RawClient.open(server, "stdout", "x")) {
            assertThat(client.readToEnd().status()).contains("exit status 255");
            assertThat(thrown.get()).hasMessageContaining("256");
        }
    }

    @Test
    void aTargetThatNeverStartsAClientIsLeftWithItsSessionUntilItEndsIt() throws Exception {
        BlockingQueue<ExecSession> opened = new LinkedBlockingQueue<>();
        Ears ears = new Ears();
        try (WsStreamServer server = Servers.plain(opened::add).listener(ears).start();
                RawClient client = RawClient.open(server, "stdin stdout", "x")) {
            ExecSession session = opened.poll(10, TimeUnit.SECONDS);
            client.stdin("nobody hears this").write(RawClient.closeFrame(1000));
            client.readToEnd(frame -> {});

            assertThat(session).isNotNull();
            assertThat(server.liveSessions()).isEqualTo(1);
            session.exit(4);

            assertThat(ears.outcome().description()).contains("closed the connection");
            awaitNoSession(server);
        }
    }

    @Test
    void aClientThatStartsLateHearsAllThatCameAndThenTheEnd() throws Exception {
        BlockingQueue<ExecSession> opened = new LinkedBlockingQueue<>();
        List<String> heard = new CopyOnWriteArrayList<>();
        try (WsStreamServer server = Servers.plain(opened::add).start();
                RawClient client = RawClient.open(server, "stdin stdout tty", "x")) {
            client.resize(4, 80, 24).resize(4, 81, 25).stdin("ab");
            ExecSession session = opened.poll(10, TimeUnit.SECONDS);
            assertThat(session).isNotNull();
            client.reset();
            await().atMost(Duration.ofSeconds(30)).until(() -> !sizeless(session) && session.isWritable());

            session.start(new Quiet(session) {
                @Override
                public void onInput(ByteBuffer bytes) {
                    heard.add("input " + bytes.remaining());
                    super.onInput(bytes);
                }

                @Override
                public void onInputEnd() {
                    heard.add("end");
                }

                @Override
                public void onResize(TerminalSize size) {
                    heard.add(size.columns() + "x" + size.rows());
                }

                @Override
                public void onGone() {
                    heard.add("gone");
                    super.onGone();
                }
            });

            awaitNoSession(server);
            assertThat(heard).startsWith("81x25").contains("end", "gone");
            assertThat(heard.stream().filter("gone"::equals)).hasSize(1);
            assertThatThrownBy(() -> session.start(new Quiet(session))).isInstanceOf(IllegalStateException.class);
        }
    }

    private static boolean sizeless(ExecSession session) {
        TerminalSize size = known(session);
        return size == null || size.columns() != 81;
    }

    @Test
    void aTargetThatHoldsUpItsThreadForAMomentDoesNotKeepOthersFromBeingServed() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (WsStreamServer server = Servers.plain(session -> {
                            if (!session.request().command().get(0).equals("block")) {
                                session.exit(0);
                                return;
                            }
                            session.start(new Quiet(session) {
                                @Override
                                public void onInput(ByteBuffer bytes) {
                                    super.onInput(bytes);
                                    inside.countDown();
                                    try {
                                        assertThat(goOn.await(20, TimeUnit.SECONDS))
                                                .isTrue();
                                    } catch (InterruptedException stop) {
                                        Thread.currentThread().interrupt();
                                    }
                                    session.exit(0);
                                }
                            });
                        })
                        .start();
                RawClient blocked = RawClient.open(server, "stdin stdout", "block")) {
            blocked.stdin("x");
            assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();

            // Connections are spread over the selectors in turn: at least every second one is served meanwhile.
            int served = 0;
            for (int i = 0; i < 4; i++) {
                try (RawClient other = RawClient.connect(server)) {
                    other.timeout(1000);
                    other.write(RawClient.upgrade(server, RawClient.V5, "stdout", "x"));
                    if (other.readResponse().status() == 101
                            && other.readToEnd().statuses().equals(List.of(SUCCESS))) {
                        served++;
                    }
                } catch (SocketTimeoutException onTheBlockedSelector) {
                    assertThat(onTheBlockedSelector).hasMessageContaining("timed out");
                }
            }
            goOn.countDown();

            assertThat(served).isGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors() > 1 ? 2 : 0);
            assertThat(blocked.readToEnd().status()).isEqualTo(SUCCESS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"input", "inputEnd", "resize", "gone", "writable"})
    void aClientThatThrowsLosesItsOwnSessionOnlyAndNothingStays(String where) throws Exception {
        Ears ears = new Ears();
        try (WsStreamServer server = Servers.plain(session -> session.start(new Throwing(session, where)))
                        .listener(ears)
                        .start();
                RawClient other = RawClient.open(server, "stdin stdout", "x")) {
            try (RawClient client = RawClient.open(server, "stdin stdout tty", "x")) {
                client.resize(4, 80, 24).stdin("x");
                client.endStdin();
                if (where.equals("gone")) {
                    client.reset();
                } else {
                    Ending ending = client.readToEnd();
                    assertThat(ending.status())
                            .contains(where.equals("writable") ? "Success" : "the target of this exec failed");
                    assertThat(ending.closeCodes()).containsExactly(1000);
                }
            }

            ears.outcome();
            await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 1);
            assertThat(other.readFrame().channel()).isEqualTo(1);
        }
    }

    /** Throws in one of its methods; otherwise it is as good as others, except that it ends when the input does. */
    private static final class Throwing extends Quiet {
        private final String where;

        Throwing(ExecSession session, String where) {
            super(session);
            this.where = where;
        }

        private void maybe(String here) {
            if (where.equals(here)) {
                throw new IllegalStateException("bug in " + here);
            }
        }

        @Override
        public void onInput(ByteBuffer bytes) {
            maybe("input");
            super.onInput(bytes);
        }

        @Override
        public void onInputEnd() {
            maybe("inputEnd");
            if (!where.equals("gone")) {
                session.exit(0);
            }
        }

        @Override
        public void onResize(TerminalSize size) {
            maybe("resize");
        }

        @Override
        public void onWritable() {
            maybe("writable");
        }

        @Override
        public void onGone() {
            maybe("gone");
            super.onGone();
        }
    }

    // ---- sizes

    @Test
    void theLatestSizeIsTheLastThatATargetHears() throws Exception {
        for (int round = 0; round < 3; round++) {
            AtomicReference<TerminalSize> last = new AtomicReference<>();
            CountDownLatch slow = new CountDownLatch(1);
            BlockingQueue<ExecSession> opened = new LinkedBlockingQueue<>();
            try (WsStreamServer server = Servers.plain(opened::add).start();
                    RawClient client = RawClient.open(server, "stdin stdout tty", "x")) {
                ExecSession session = opened.poll(10, TimeUnit.SECONDS);
                assertThat(session).isNotNull();
                client.resize(4, 1, 1);
                await().atMost(Duration.ofSeconds(30)).until(() -> known(session) != null);

                Thread starter = new Thread(() -> session.start(new Quiet(session) {
                    @Override
                    public void onResize(TerminalSize size) {
                        if (size.columns() == 1) {
                            try {
                                // Held long enough for the next size to overtake, if it can.
                                assertThat(slow.await(100, TimeUnit.MILLISECONDS))
                                        .isFalse();
                            } catch (InterruptedException stop) {
                                Thread.currentThread().interrupt();
                            }
                        }
                        last.set(size);
                    }
                }));
                starter.start();
                client.resize(4, 2, 2);
                starter.join(30_000);

                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(last.get()).isEqualTo(new TerminalSize(2, 2)));
                client.reset();
                awaitNoSession(server);
            }
        }
    }

    private static @Nullable TerminalSize known(ExecSession session) {
        AtomicReference<TerminalSize> known = new AtomicReference<>();
        session.whenSized(Duration.ofHours(1), known::set);
        return known.get();
    }

    // ---- listeners

    @Test
    void aListenerHearsEachSessionOnceWithItsBytesAndItsEnd() throws Exception {
        Ears ears = new Ears();
        try (WsStreamServer server =
                        Servers.plain(Targets.echo()).listener(ears).start();
                RawClient client = RawClient.open(server, "stdin stdout", "echo", "it")) {
            client.stdin("four").stdin("five5").endStdin();
            Ending ending = client.readToEnd();

            SessionInfo info = ears.opened.poll(10, TimeUnit.SECONDS);
            SessionOutcome outcome = ears.outcome();

            assertThat(ending.stdoutText()).isEqualTo("fourfive5");
            assertThat(info).isNotNull();
            assertThat(info.command()).containsExactly("echo", "it");
            assertThat(info.kind()).isEqualTo("exec");
            assertThat(info.pod()).isEqualTo("local");
            assertThat(outcome.exitCode()).hasValue(0);
            assertThat(outcome.bytesIn()).isEqualTo(9);
            assertThat(outcome.bytesOut()).isEqualTo(9);
            assertThat(outcome.description()).isEqualTo("exited with 0");
            assertThat(outcome.lasted()).isPositive();
            assertThat(ears.order).containsExactly("opened " + info.sessionId(), "ended " + info.sessionId());
        }
    }

    @Test
    void aListenerHearsWhyAClientWentAndNoExitCodeOfItsOwnEnd() throws Exception {
        Ears ears = new Ears();
        try (WsStreamServer server =
                        Servers.plain(Targets.waits()).listener(ears).start();
                RawClient client = RawClient.open(server, "stdin stdout", "x")) {
            client.write(RawClient.closeFrame(1001));
            Ending ending = client.readToEnd(frame -> {});

            SessionOutcome outcome = ears.outcome();

            assertThat(ending.statuses()).isEmpty();
            assertThat(outcome.description()).contains("closed the connection").contains("1001");
            assertThat(ears.ended).isEmpty();
        }
    }

    @Test
    void aListenerThatThrowsChangesNothing() throws Exception {
        SessionListener broken = new SessionListener() {
            @Override
            public void opened(SessionInfo session) {
                throw new AssertionError("bug");
            }

            @Override
            public void ended(SessionInfo session, SessionOutcome outcome) {
                throw new IllegalStateException("bug");
            }
        };
        try (WsStreamServer server =
                        Servers.plain(Targets.ends()).listener(broken).start();
                RawClient client = RawClient.open(server, "stdout", "x")) {
            Ending ending = client.readToEnd();

            assertThat(ending.status()).isEqualTo(SUCCESS);
            assertThat(ending.closeCodes()).containsExactly(1000);
            awaitNoSession(server);
        }
    }
}
