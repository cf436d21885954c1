package io.wsstream.server.tyrus;

import static io.wsstream.server.tyrus.RawClient.ascii;
import static io.wsstream.server.tyrus.RawClient.concat;
import static io.wsstream.server.tyrus.RawClient.frame;
import static io.wsstream.server.tyrus.RawClient.message;
import static io.wsstream.server.tyrus.RawClient.target;
import static io.wsstream.server.tyrus.RawClient.upgrade;
import static io.wsstream.server.tyrus.RawClient.upgradeWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.server.Caller;
import io.wsstream.server.ServerLimits;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import io.wsstream.server.tyrus.RawClient.Ending;
import io.wsstream.server.tyrus.RawClient.Response;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests, refusals and upgrades, byte by byte. */
@Timeout(60)
class TyrusListenerTest {
    private static final String SUCCESS = "{\"metadata\":{},\"status\":\"Success\"}";
    private static final String OK = target("stdin stdout", "x");

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    // ---- the golden session

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aV5SessionIsTheseBytes(boolean tls) throws Exception {
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = (tls ? Servers.tls(processes) : Servers.plain(processes)).start();
                RawClient client = RawClient.open(server, "stdin stdout", "cat")) {
            String pong = tls ? "8a00" : ""; // in the record of each message
            assertThat(hex(client.readBytes(3 + pong.length() / 2))).isEqualTo("820101" + pong);
            client.stdin("hi");
            assertThat(hex(client.readBytes(5 + pong.length() / 2))).isEqualTo("8203016869" + pong);
            client.endStdin();
            byte[] status = client.readBytes(3 + SUCCESS.length());
            assertThat(hex(client.readBytes(pong.length() / 2))).isEqualTo(pong);
            assertThat(hex(client.readBytes(4))).isEqualTo("880203e8");
            client.write(RawClient.closeFrame(1000));

            assertThat(hex(status).substring(0, 6))
                    .isEqualTo("82" + HexFormat.of().toHexDigits((byte) (1 + SUCCESS.length())) + "03");
            assertThat(new String(status, 3, SUCCESS.length(), StandardCharsets.UTF_8))
                    .isEqualTo(SUCCESS);
            assertThat(client.readsEnd()).isTrue();
        }
    }

    @Test
    void theSwitchCarriesTheAcceptOfTheKeyAndTheSelectedSubprotocolOnly() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.waits()).start();
                RawClient client = RawClient.connect(server)) {
            client.write(upgrade(server, "spdy/9, v5.channel.k8s.io, v4.channel.k8s.io", "stdout", "x"));

            Response answer = client.readResponse();

            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.header("sec-websocket-accept")).isEqualTo(RawClient.ACCEPT);
            assertThat(answer.headers().get("sec-websocket-protocol")).containsExactly("v5.channel.k8s.io");
            assertThat(answer.header("upgrade")).isEqualToIgnoringCase("websocket");
            assertThat(answer.header("connection")).isEqualToIgnoringCase("upgrade");
            assertThat(answer.headers())
                    .doesNotContainKeys("sec-websocket-extensions", "transfer-encoding", "content-length");
            assertThat(hex(client.readBytes(3))).isEqualTo("820101");
        }
    }

    @Test
    void webSocketMayBeOneOfSeveralProtocolsToUpgradeTo() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.waits()).start();
                RawClient client = RawClient.connect(server)) {
            String request = new String(upgrade(server, RawClient.V5, "stdout", "x"), StandardCharsets.US_ASCII);
            client.write(request.replace("Upgrade: websocket", "Upgrade: h2c, websocket")
                    .getBytes(StandardCharsets.US_ASCII));

            assertThat(client.readResponse().status()).isEqualTo(101);
        }
    }

    @Test
    void noSubprotocolOfferedIsNoneSelected() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.waits()).start();
                RawClient client = RawClient.connect(server)) {
            client.write(upgrade(server, "", "stdout", "x"));

            Response answer = client.readResponse();

            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.headers()).doesNotContainKey("sec-websocket-protocol");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesThatComeWithTheRequestAreHonoured(boolean tls) throws Exception {
        try (WsStreamServer server = (tls ? Servers.tls(Targets.echo()) : Servers.plain(Targets.echo())).start();
                RawClient client = RawClient.connect(server)) {
            client.write(concat(
                    upgrade(server, RawClient.V5, "stdin stdout", "x"),
                    message(0, "early"),
                    frame(RawClient.BINARY, new byte[] {(byte) 0xFF, 0})));

            assertThat(client.readResponse().status()).isEqualTo(101);
            Ending ending = client.readToEnd();

            assertThat(ending.stdoutText()).isEqualTo("early");
            assertThat(ending.status()).isEqualTo(SUCCESS);
        }
    }

    @Test
    void framesThatComeBeforeALateDecisionAreHonoured() throws Exception {
        LinkedBlockingQueue<CompletableFuture<Optional<Caller>>> asked = new LinkedBlockingQueue<>();
        try (WsStreamServer server = Servers.plain(Targets.echo())
                        .authenticator(credentials -> {
                            CompletableFuture<Optional<Caller>> later = new CompletableFuture<>();
                            asked.add(later);
                            return later;
                        })
                        .start();
                RawClient client = RawClient.connect(server)) {
            byte[] early = new byte[100_000];
            client.write(concat(upgradeWith("any", RawClient.V5, OK), message(0, "one"), message(0, early)));
            CompletableFuture<Optional<Caller>> decision = asked.poll(10, TimeUnit.SECONDS);
            client.write(concat(message(0, "two"), frame(RawClient.BINARY, new byte[] {(byte) 0xFF, 0})));
            assertThat(decision).isNotNull();
            decision.complete(Optional.of(Caller.ANONYMOUS));

            assertThat(client.readResponse().status()).isEqualTo(101);
            Ending ending = client.readToEnd();

            assertThat(ending.stdout()).isEqualTo(concat(ascii("one"), early, ascii("two")));
            assertThat(ending.status()).isEqualTo(SUCCESS);
            assertThat(ending.closeCodes()).containsExactly(1000);
        }
    }

    @Test
    void aRefusalThatComesLateIsARefusal() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.echo())
                        .authenticator(credentials -> CompletableFuture.supplyAsync(Optional::empty))
                        .start();
                RawClient client = RawClient.connect(server)) {
            client.write(upgradeWith("any", RawClient.V5, OK));

            assertThat(client.readResponse().status()).isEqualTo(401);
            assertThat(client.readsEnd()).isTrue();
        }
    }

    @Test
    void aDecisionAfterTheClientHasGoneOpensNoSessionThatStays() throws Exception {
        LinkedBlockingQueue<CompletableFuture<Optional<Caller>>> asked = new LinkedBlockingQueue<>();
        try (LogCapture log = new LogCapture();
                WsStreamServer server = Servers.plain(Targets.waits())
                        .limits(ServerLimits.defaults().withHandshakeTimeout(Duration.ofMillis(200)))
                        .authenticator(credentials -> {
                            CompletableFuture<Optional<Caller>> later = new CompletableFuture<>();
                            asked.add(later);
                            return later;
                        })
                        .start();
                RawClient client = RawClient.connect(server)) {
            client.write(upgradeWith("any", RawClient.V5, OK));
            CompletableFuture<Optional<Caller>> decision = asked.poll(10, TimeUnit.SECONDS);
            assertThat(client.readsEnd()).isTrue(); // cut after the handshake timeout

            assertThat(decision).isNotNull();
            decision.complete(Optional.of(Caller.ANONYMOUS));

            await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);
            assertThat(log.complaints()).isEmpty();
        }
    }

    // ---- refusals

    @Test
    void aRefusalNeverLeaksIntoAnotherRequest() throws Exception {
        AtomicInteger sessions = new AtomicInteger();
        int rounds = 40;
        int workers = 6;
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        try (WsStreamServer server = Servers.plain(session -> {
                    sessions.incrementAndGet();
                    session.exit(0);
                })
                .start()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                all.add(pool.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        refusedThenServed(server);
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get(50, TimeUnit.SECONDS);
            }

            assertThat(sessions).hasValue(workers * rounds);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void refusedThenServed(WsStreamServer server) throws IOException {
        try (RawClient keptAlive = RawClient.connect(server);
                RawClient wrong = RawClient.connect(server);
                RawClient right = RawClient.connect(server)) {
            keptAlive.write(ascii("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            wrong.write(upgradeWith("wrong", RawClient.V5, OK));
            right.write(upgradeWith("s3cret", RawClient.V5, OK));

            assertThat(keptAlive.readResponse().status()).isEqualTo(200);
            keptAlive.write(upgradeWith("wrong", RawClient.V5, OK));
            assertRefused(wrong, 401, "Unauthorized");
            assertServed(right);
            assertRefused(keptAlive, 401, "Unauthorized");
        }
    }

    private static void assertRefused(RawClient client, int code, String reason) throws IOException {
        Response answer = client.readResponse();
        assertThat(answer.status()).isEqualTo(code);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("connection")).isEqualTo("close");
        assertThat(answer.body())
                .startsWith("{\"kind\":\"Status\",\"apiVersion\":\"v1\"")
                .contains("\"reason\":\"" + reason + "\"")
                .contains("\"code\":" + code);
        assertThat(client.readsEnd()).isTrue();
    }

    private static void assertServed(RawClient client) throws IOException {
        assertThat(client.readResponse().status()).isEqualTo(101);
        Ending ending = client.readToEnd();
        assertThat(ending.status()).isEqualTo(SUCCESS);
        assertThat(ending.closeCodes()).containsExactly(1000);
    }

    @Test
    void anUpgradeAfterPlainRequestsOnTheSameConnectionIsServed() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.ends()).start();
                RawClient client = RawClient.connect(server)) {
            String version = "GET /version HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n\r\n";
            for (int i = 0; i < 3; i++) {
                client.write(ascii(version));
                assertThat(client.readResponse().body()).contains("gitVersion");
            }
            client.write(concat(ascii(version), upgrade(server, RawClient.V5, "stdout", "x"))); // pipelined
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertServed(client);
        }
    }

    @Test
    void aRefusedUpgradeIsToldEvenIfFramesFollowIt() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.ends()).start()) {
            for (int i = 0; i < 20; i++) {
                try (RawClient client = RawClient.connect(server)) {
                    client.write(concat(upgradeWith("wrong", RawClient.V5, OK), message(0, new byte[1000])));
                    assertRefused(client, 401, "Unauthorized");
                }
            }
        }
    }

    @Test
    void postForSpdyIsToldWhatToUse() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.ends()).start();
                RawClient client = RawClient.connect(server)) {
            client.write(ascii("POST " + OK + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n"
                    + "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n"
                    + "Content-Length: 0\r\n\r\n"));

            Response answer = client.readResponse();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("\"kind\":\"Status\"").contains("SPDY is not served");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n\r\n\r\n\u0001\u0002garbage\r\n\r\n",
                "GET\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
                "\u0016\u0003\u0001\u0000\u00a5"
            })
    void garbageIsRefusedOrCutAndHarmsNobody(String garbage) throws Exception {
        try (LogCapture log = new LogCapture();
                WsStreamServer server = Servers.plain(Targets.ends())
                        .limits(ServerLimits.defaults().withHandshakeTimeout(Duration.ofMillis(300)))
                        .start();
                RawClient client = RawClient.connect(server)) {
            client.write(ascii(garbage));

            assertThat(endsWithin(client)).isTrue();
            try (RawClient other = RawClient.open(server, "stdout", "x")) {
                assertThat(other.readToEnd().status()).isEqualTo(SUCCESS);
            }
            assertThat(log.complaints()).isEmpty();
        }
    }

    private static boolean endsWithin(RawClient client) throws IOException {
        try {
            int code = client.readResponse().status();
            assertThat(code).isBetween(400, 599);
        } catch (EOFException | SocketException cut) {
            return true;
        }
        return client.readsEnd();
    }

    @Test
    void aHeadOverTheLimitIsRefusedBeforeItIsWhole() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.ends())
                        .limits(ServerLimits.defaults().withMaxRequestHeadBytes(8192))
                        .start();
                RawClient client = RawClient.connect(server)) {
            client.write(ascii("GET " + OK + "&command=" + "a".repeat(9000)));

            assertThat(client.readResponse().status()).isIn(400, 414, 431);
            assertThat(client.readsEnd()).isTrue();
        }
    }

    @Test
    void aHeadOfNearlyAMebibyteIsTaken() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.ends()).start();
                RawClient client = RawClient.connect(server)) {
            client.write(upgrade(server, RawClient.V5, "stdout", "a".repeat(1_000_000)));

            assertServed(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionThatSaysNothingIsCutAfterTheHandshakeTimeout(boolean tls) throws Exception {
        try (WsStreamServer server = (tls ? Servers.tls(Targets.ends()) : Servers.plain(Targets.ends()))
                .limits(ServerLimits.defaults().withHandshakeTimeout(Duration.ofSeconds(1)))
                .start()) {
            long begin = System.nanoTime();
            try (Socket idle = RawClient.tcp(server, 0)) {
                idle.setSoTimeout(30_000);

                assertThat(idle.getInputStream().read()).isEqualTo(-1);
            }

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(9));
        }
    }

    @Test
    void aHeadThatIsDribbledIsCutAfterTheHandshakeTimeout() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.ends())
                        .limits(ServerLimits.defaults().withHandshakeTimeout(Duration.ofSeconds(1)))
                        .start();
                RawClient client = RawClient.connect(server)) {
            client.write(ascii("GET /version HTTP/1.1\r\nHost: localhost\r\nX: "));

            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        try {
                            client.write(ascii("a"));
                            return false;
                        } catch (SocketException cut) {
                            return true;
                        }
                    });
        }
    }

    @Test
    void connectionsOverTheLimitAreClosedAndThereIsRoomAgainLater() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.waits())
                        .limits(ServerLimits.defaults().withMaxConnections(1))
                        .start();
                RawClient one = RawClient.open(server, "stdout", "x")) {
            try (RawClient two = RawClient.connect(server)) {
                assertThat(two.readsEnd()).isTrue();
            }
            one.reset();

            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                RawClient.open(server, "stdout", "x").close();
                return true;
            });
        }
    }

    @Test
    void sessionsOverTheLimitAreRefusedAndThereIsRoomAgainLater() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.waits())
                        .limits(ServerLimits.defaults().withMaxSessions(1))
                        .start();
                RawClient one = RawClient.open(server, "stdout", "x")) {
            try (RawClient two = RawClient.connect(server)) {
                two.write(upgrade(server, RawClient.V5, "stdout", "x"));
                assertRefused(two, 429, "TooManyRequests");
            }
            one.write(RawClient.closeFrame(1000));
            one.readToEnd();
            await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);

            RawClient.open(server, "stdout", "x").close();
        }
    }

    @Test
    void requestsThatAreDecidedAtTheSameTimeDoNotPassTheLimitOfSessions() throws Exception {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try (WsStreamServer server = Servers.plain(session -> {
                    most.accumulateAndGet(open.incrementAndGet(), Math::max);
                    session.start(new Targets.Quiet(session) {
                        @Override
                        public void onGone() {
                            open.decrementAndGet();
                            super.onGone();
                        }
                    });
                })
                .limits(ServerLimits.defaults().withMaxSessions(1))
                .authenticator(credentials -> CompletableFuture.supplyAsync(() -> Optional.of(Caller.ANONYMOUS), pool))
                .start()) {
            for (int round = 0; round < 30; round++) {
                List<RawClient> clients = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    clients.add(RawClient.connect(server).write(upgradeWith("any", RawClient.V5, OK)));
                }
                for (RawClient client : clients) {
                    client.readResponse();
                    client.reset();
                }
                await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0 && open.get() == 0);
            }

            assertThat(most).hasValue(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void clientsThatVanishWithTheirRequestLeaveNothing() throws Exception {
        try (LogCapture log = new LogCapture();
                WsStreamServer server = Servers.plain(Targets.waits()).start()) {
            for (int i = 0; i < 200; i++) {
                RawClient client = RawClient.connect(server);
                client.write(upgrade(server, RawClient.V5, "stdin stdout", "x"));
                client.reset();
            }

            await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0);
            try (RawClient other = RawClient.open(server, "stdout", "x")) {
                assertThat(other.readFrame().channel()).isEqualTo(1);
            }
            assertThat(log.complaints()).isEmpty();
        }
    }
}
