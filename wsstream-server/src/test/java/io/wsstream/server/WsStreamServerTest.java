package io.wsstream.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.pty.KillPolicy;
import io.wsstream.server.exec.ExecSession;
import io.wsstream.server.exec.LocalProcess;
import io.wsstream.server.tyrus.Leftovers;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Ending;
import io.wsstream.server.tyrus.Servers;
import io.wsstream.server.tyrus.Targets;
import java.lang.reflect.Field;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a server, with sessions in every state. */
@Timeout(60)
class WsStreamServerTest {

    @Test
    void closeEndsSessionsInEveryStateAndLeavesNothing() throws Exception {
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(server, "stdout", "true")) {
            client.readToEnd(); // whatever is made once is made now
        }
        Leftovers before = Leftovers.now();
        int port;
        try (LocalProcess processes = LocalProcess.builder()
                        .firstSize(Duration.ofSeconds(30))
                        .grace(Duration.ofMillis(200))
                        .onClientLost(KillPolicy.polite())
                        .build();
                WsStreamServer server = Servers.plain(processes).start()) {
            port = server.uri().getPort();
            try (RawClient beforeSpawn = RawClient.open(server, "stdin stdout tty", "cat");
                    RawClient running = RawClient.open(server, "stdin stdout", "cat");
                    RawClient lingering = RawClient.open(server, "stdout", "true");
                    RawClient idle = RawClient.connect(server)) {
                running.stdin("hi");
                running.readUntil("hi");
                while (lingering.readFrame().opcode() != RawClient.CLOSE) {}

                CountDownLatch over = new CountDownLatch(1);
                Thread closer = new Thread(() -> {
                    server.close(Duration.ofSeconds(3));
                    over.countDown();
                });
                closer.start();
                Ending ofBeforeSpawn = beforeSpawn.readToEnd();
                Ending ofRunning = running.readToEnd();

                assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(List.of(ofBeforeSpawn, ofRunning)).allSatisfy(ending -> {
                    assertThat(ending.statuses()).isEmpty();
                    assertThat(ending.closeCodes()).containsExactly(1001);
                    assertThat(ending.anythingAfterClose()).isFalse();
                    assertThat(ending.failure()).isNull();
                });
                assertThat(idle.readsEnd()).isTrue();
                assertThat(server.liveSessions()).isZero();
            }
            server.close(Duration.ofSeconds(1)); // once more; and a third time by the try
        }
        before.assertNothingMore();
        try (ServerSocket again = new ServerSocket(port)) {
            assertThat(again.getLocalPort()).isEqualTo(port);
        }
    }

    @Test
    void aProcessThatReadsItsInputEndsByItsEndWhenTheServerCloses() throws Exception {
        BlockingQueue<SessionOutcome> outcomes = new LinkedBlockingQueue<>();
        SessionListener listener = new SessionListener() {
            @Override
            public void ended(SessionInfo session, SessionOutcome outcome) {
                outcomes.add(outcome);
            }
        };
        try (LocalProcess processes =
                        LocalProcess.builder().grace(Duration.ofMinutes(1)).build();
                WsStreamServer server =
                        Servers.plain(processes).listener(listener).start();
                RawClient client = RawClient.open(server, "stdin stdout", "cat")) {
            client.stdin("hi");
            client.readUntil("hi");
            Thread closer = new Thread(() -> server.close(Duration.ofSeconds(10)));
            closer.start();
            client.readToEnd();

            SessionOutcome outcome = outcomes.poll(30, TimeUnit.SECONDS);
            closer.join(10_000);

            assertThat(outcome).isNotNull();
            assertThat(outcome.exitCode()).hasValue(0);
            assertThat(outcome.description()).isEqualTo("the server is shutting down");
        }
    }

    @Test
    void closeDoesNotForgetAProcessWhoseTimeIsNotUp() throws Exception {
        try (LocalProcess processes = LocalProcess.builder()
                .grace(Duration.ofMinutes(1))
                .onClientLost(KillPolicy.kill())
                .build()) {
            WsStreamServer server = Servers.plain(processes).start();
            try (RawClient client = RawClient.open(server, "stdout", "sh", "-c", "echo pid $$ .; exec sleep 1000")) {
                long pid = Long.parseLong(client.readUntil(".").replaceAll("(?s).*pid (\\d+) .*", "$1"));

                server.close(Duration.ofMillis(100));

                await().atMost(Duration.ofSeconds(30))
                        .until(() -> ProcessHandle.of(pid)
                                .map(process -> !process.isAlive())
                                .orElse(true));
            }
        }
    }

    @Test
    void closeIsBoundedEvenIfATargetNeverEndsItsSession() throws Exception {
        BlockingQueue<ExecSession> opened = new LinkedBlockingQueue<>();
        Leftovers before = Leftovers.now();
        WsStreamServer server = Servers.plain(opened::add).start();
        try (RawClient client = RawClient.open(server, "stdout", "x")) {
            long begin = System.nanoTime();
            server.close(Duration.ofMillis(200));

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
            assertThat(client.readToEnd().closeCodes()).containsExactly(1001);
        }
        before.assertNothingMore();
    }

    /** Another program may be given the port at once; hardly three times. */
    @Test
    void aClosedServerTakesNoConnection() throws Exception {
        int taken = 0;
        for (int i = 0; i < 3; i++) {
            WsStreamServer server = Servers.plain(Targets.ends()).start();
            server.close();
            try {
                RawClient.connect(server).close();
                taken++;
            } catch (ConnectException asExpected) {
                break;
            }
        }

        assertThat(taken).isLessThan(3);
    }

    @Test
    void targetsHearThatTheirInputEndsAndTheirClientIsGoneOnceEach() throws Exception {
        AtomicInteger goes = new AtomicInteger();
        AtomicInteger ends = new AtomicInteger();
        WsStreamServer server = Servers.plain(session -> session.start(new Targets.Quiet(session) {
                    @Override
                    public void onGone() {
                        goes.incrementAndGet();
                        super.onGone();
                    }

                    @Override
                    public void onInputEnd() {
                        ends.incrementAndGet();
                    }
                }))
                .start();
        try (RawClient client = RawClient.open(server, "stdin stdout", "x")) {
            client.readFrame();
            Thread closer = new Thread(() -> server.close(Duration.ofSeconds(5)));
            closer.start();
            client.readToEnd();
            closer.join(10_000);
        }

        assertThat(goes).hasValue(1);
        assertThat(ends).hasValue(1);
        assertThat(server.liveSessions()).isZero();
    }

    @Test
    void manySessionsAreForgottenByTyrusAndLeaveNoHeapBehind() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.ends()).start()) {
            for (int i = 0; i < 300; i++) {
                RawClient.open(server, "stdout", "x").readToEnd();
            }
            long before = Leftovers.heapAfterGc();
            for (int i = 0; i < 2000; i++) {
                try (RawClient client = RawClient.open(server, "stdout", "x")) {
                    client.readToEnd();
                }
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);

            assertThat(Leftovers.heapAfterGc() - before).isLessThan(6L << 20);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(tyrusSessions(server)).isZero());
            assertThat(Leftovers.now().threads()).noneMatch(name -> name.contains("tyrus"));
        }
    }

    /** How many sessions Tyrus' engine holds for the exec endpoint. */
    private static int tyrusSessions(WsStreamServer server) throws ReflectiveOperationException {
        Object listener = field(server, "listener");
        Object container = field(listener, "container");
        Object engine = field(container, "engine");
        int open = 0;
        for (Object wrapper : (Iterable<?>) field(engine, "endpointWrappers")) {
            Object sessions = field(wrapper, "webSocketToSession");
            open += ((Map<?, ?>) sessions).size();
        }
        return open;
    }

    private static Object field(Object owner, String name) throws ReflectiveOperationException {
        for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field.get(owner);
                }
            }
        }
        throw new NoSuchFieldException(name);
    }
}
