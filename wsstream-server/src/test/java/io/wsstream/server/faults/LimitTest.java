package io.wsstream.server.faults;

import static io.wsstream.server.tyrus.RawClient.ascii;
import static io.wsstream.server.tyrus.RawClient.target;
import static io.wsstream.server.tyrus.RawClient.upgrade;
import static io.wsstream.server.tyrus.RawClient.upgradeWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import io.wsstream.server.Authenticator;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.ServerLimits;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.internal.Listener;
import io.wsstream.server.rest.HttpDecision;
import io.wsstream.server.rest.KubernetesSurface;
import io.wsstream.server.tyrus.LogCapture;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Response;
import io.wsstream.server.tyrus.Servers;
import io.wsstream.server.tyrus.Targets;
import io.wsstream.server.tyrus.TyrusListener;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server takes on, and that who is over it is told so. */
@Timeout(60)
class LimitTest {
    private static final String OK = target("stdin stdout", "x");

    private static WsStreamServer start(boolean tls) throws IOException {
        return (tls ? Servers.tls(Targets.ends()) : Servers.plain(Targets.ends())).start();
    }

    /** A connection that is closed with bytes unread is reset, and the refusal with it. */
    @ParameterizedTest
    @CsvSource({"GET, false", "GET, true", "POST, false", "POST, true"})
    void aRefusalArrivesWhateverIsOnItsWayBehindTheRequest(String method, boolean tls) throws Exception {
        byte[] early = new byte[400_000];
        int times = tls ? 20 : 100;
        try (WsStreamServer server = start(tls)) {
            for (int i = 0; i < times; i++) {
                try (RawClient client = RawClient.connect(server)) {
                    byte[] request = method.equals("GET")
                            ? upgradeWith("wrong", RawClient.V5, OK)
                            : ascii("POST " + OK + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer wrong\r\n"
                                    + "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 10000000\r\n\r\n");
                    CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                        try {
                            client.write(RawClient.concat(request, early)).write(early);
                        } catch (IOException cut) {
                            throw new java.io.UncheckedIOException(cut);
                        }
                    });

                    assertThat(client.readResponse().body()).contains("\"code\":401");
                    sending.get(10, TimeUnit.SECONDS);
                    assertThat(client.readsFin()).isTrue();
                }
            }
        }
    }

    @Test
    void whoGoesOnSendingAfterItsRefusalIsCutInTheEnd() throws Exception {
        try (WsStreamServer server = start(false);
                RawClient client = RawClient.connect(server)) {
            client.write(upgradeWith("wrong", RawClient.V5, OK));
            assertThat(client.readResponse().status()).isEqualTo(401);

            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        try {
                            client.write(new byte[10_000]);
                            return false;
                        } catch (IOException cut) {
                            return true;
                        }
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHeadOverAMebibyteIsRefusedWithItsReason(boolean tls) throws Exception {
        try (LogCapture log = new LogCapture();
                WsStreamServer server = start(tls);
                RawClient client = RawClient.connect(server)) {
            char[] argument = new char[3 << 20];
            Arrays.fill(argument, 'a');
            CompletableFuture<RawClient> sending = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.write(upgrade(server, RawClient.V5, "stdout", new String(argument)));
                } catch (IOException cut) {
                    throw new java.io.UncheckedIOException(cut);
                }
            });

            Response answer = client.readResponse();

            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            assertThat(answer.body())
                    .contains(
                            "\"kind\":\"Status\"",
                            "longer than the 1048576 bytes",
                            "send what is long through its stdin");
            sending.get(10, TimeUnit.SECONDS);
            assertThat(client.readsFin()).isTrue();
            assertThat(log.complaints()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/2.7, 505, use HTTP/1.1",
        "GET / HTTP/9.9, 505, use HTTP/1.1",
        "GET / HTTP/1.1, 400, one Host header"
    })
    void whatIsNoRequestIsToldWhatIs(String line, int code, String message) throws Exception {
        try (WsStreamServer server = start(false);
                RawClient client = RawClient.connect(server)) {
            client.write(ascii(line + "\r\n\r\n"));

            Response answer = client.readResponse();

            assertThat(answer.status()).isEqualTo(code);
            assertThat(answer.body()).contains("\"kind\":\"Status\"", message);
            assertThat(client.readsFin()).isTrue();
        }
    }

    @Test
    void aHeadRequestIsRefusedWithoutABody() throws Exception {
        try (WsStreamServer server = start(false);
                RawClient client = RawClient.connect(server)) {
            client.write(ascii("HEAD /version HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n\r\n"));

            assertThat(client.readHead().status()).isEqualTo(405);
            assertThat(client.readsFin()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 50|hello",
                "Transfer-Encoding: chunked|5;|hello|",
                "Transfer-Encoding: chunked|no number|"
            })
    void aBodyIsNeverWaitedForAndItsConnectionEnds(String body) throws Exception {
        try (WsStreamServer server = start(false);
                RawClient client = RawClient.connect(server)) {
            client.write(ascii("GET /version HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n"
                    + body.replaceFirst("\\|", "\r\n\r\n").replace("|", "\r\n")));

            assertThat(client.readResponse().body()).contains("gitVersion");
            assertThat(client.readsFin()).isTrue();
        }
    }

    @Test
    void tooManySessionsIsSaidToPostAsToGet() throws Exception {
        try (WsStreamServer server = Servers.plain(Targets.waits())
                        .limits(ServerLimits.defaults().withMaxSessions(1))
                        .start();
                RawClient one = RawClient.open(server, "stdout", "x");
                RawClient two = RawClient.connect(server)) {
            two.write(ascii("POST " + OK + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n"
                    + "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n\r\n"));

            Response answer = two.readResponse();

            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.header("retry-after")).isEqualTo("5");
            assertThat(answer.body()).contains("reached its limit of 1 sessions");
            assertThat(one.readFrame().channel()).isEqualTo(1);
        }
    }

    /** Whatever goes wrong between the room and the session, the room is there again. */
    @Test
    void aSessionThatCannotBeOpenedGivesItsRoomBack() throws Exception {
        PodCatalog anyName = new PodCatalog() {
            @Override
            public java.util.List<Pod> list() {
                return java.util.List.of(Pod.of("local", "main"));
            }

            @Override
            public java.util.Optional<Pod> find(String namespace, String name) {
                return java.util.Optional.of(Pod.of("local", "main"));
            }
        };
        try (WsStreamServer server = Servers.plain(Targets.ends())
                .pods(anyName)
                .limits(ServerLimits.defaults().withMaxSessions(2))
                .start()) {
            for (String name : new String[] {"a%20b", "%22", "a%2Fb", "%E2%98%83", "local"}) {
                for (int i = 0; i < 3; i++) {
                    try (RawClient client = RawClient.connect(server)) {
                        client.write(upgradeWith("s3cret", RawClient.V5, OK.replace("/local/", "/" + name + "/")));
                        assertThat(client.readResponse().status()).as(name).isEqualTo(101);
                        assertThat(client.readToEnd().statuses()).hasSize(1);
                    }
                    await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatThrowsWhenItIsToOpenASessionGivesItsRoomBackAndCutsTheConnection(boolean error) throws Exception {
        AtomicInteger reserved = new AtomicInteger();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        Listener.Sessions broken = new Listener.Sessions() {
            @Override
            public boolean reserve() {
                reserved.incrementAndGet();
                return true;
            }

            @Override
            public void release() {
                reserved.decrementAndGet();
            }

            @Override
            public void open(HttpDecision.Upgrade upgrade, WebSocketTransport transport) {
                if (error) {
                    throw new AssertionError("bug");
                }
                throw new IllegalStateException("bug");
            }
        };
        KubernetesSurface surface = KubernetesSurface.builder(
                        Authenticator.none(), PodCatalog.of(Pod.of("local", "main")))
                .build();
        try (LogCapture log = new LogCapture();
                TyrusListener listener = new TyrusListener(
                        "127.0.0.1",
                        0,
                        null,
                        ServerLimits.defaults(),
                        WebSocketSettings.server(),
                        "",
                        List.of(),
                        timer,
                        surface::decide,
                        broken);
                RawClient client = RawClient.connect(URI.create("http://127.0.0.1:" + listener.port()))) {
            client.write(upgradeWith("none", RawClient.V5, OK));

            assertThat(client.readResponse().status()).isEqualTo(101);
            assertThat(client.readsEnd()).isTrue();
            assertThat(reserved).hasValue(0);
            assertThat(log.complaints()).contains("no session came of GET");
        } finally {
            timer.shutdownNow();
        }
    }
}
