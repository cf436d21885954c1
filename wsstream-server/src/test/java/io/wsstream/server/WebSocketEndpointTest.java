package io.wsstream.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wsstream.core.Subprotocol;
import io.wsstream.core.conn.ChannelProtocolConfig;
import io.wsstream.core.conn.ChannelType;
import io.wsstream.core.conn.Conn;
import io.wsstream.core.conn.ReaderProtocolConfig;
import io.wsstream.core.stream.ByteSink;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.server.tyrus.Leftovers;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Frame;
import io.wsstream.server.tyrus.Servers;
import io.wsstream.server.tyrus.Targets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints of the program's own, over real sockets. */
@Timeout(60)
class WebSocketEndpointTest {
    private static final Map<String, ChannelProtocolConfig> PIPE =
            ChannelProtocolConfig.defaults(List.of(ChannelType.READ, ChannelType.WRITE));

    /** Sends back what comes, until the first dot or the end. */
    private static final WebSocketEndpoint ECHO = WebSocketEndpoint.channels(PIPE, (request, conn) -> {
        InputStream in = conn.channel(0).input();
        OutputStream out = conn.channel(1).output();
        for (int next = in.read(); next >= 0 && next != '.'; next = in.read()) {
            out.write(next);
        }
    });

    private static WsStreamServer.Builder server(boolean tls) {
        return tls ? Servers.tls(Targets.echo()) : Servers.plain(Targets.echo());
    }

    private static RawClient open(WsStreamServer server, String subprotocol, String target) throws IOException {
        RawClient client = RawClient.connect(server);
        client.write(RawClient.upgradeWith(String.valueOf(server.token()), subprotocol, target));
        RawClient.Response response = client.readResponse();
        assertThat(response.status()).as(response.body()).isEqualTo(101);
        assertThat(response.headers().getOrDefault("sec-websocket-protocol", List.of("")))
                .containsExactly(subprotocol);
        return client;
    }

    private static String refusal(WsStreamServer server, byte[] request) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            RawClient.Response response = client.write(request).readResponse();
            return response.status() + " " + response.body();
        }
    }

    private static void assertCloses(RawClient client, int code) throws IOException {
        Frame close = client.readMessage();
        assertThat(close.opcode()).isEqualTo(RawClient.CLOSE);
        assertThat(close.closeCode()).isEqualTo(code);
        client.write(RawClient.closeFrame(code));
        assertThat(client.readsEnd()).isTrue();
    }

    private static void assertNoSession(WsStreamServer server) {
        await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0);
    }

    @Nested
    class Channels {
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void carryBytesAndEndWith1000WhenTheHandlerReturns(boolean tls) throws Exception {
            try (WsStreamServer server = server(tls).endpoint("/my/echo", ECHO).start();
                    RawClient client = open(server, "channel.k8s.io", "/my/echo")) {
                client.write(RawClient.message(0, "hi."));

                assertThat(client.readMessage().payload()).containsExactly(1, 'h');
                assertThat(client.readMessage().payload()).containsExactly(1, 'i');
                assertCloses(client, 1000);
                assertNoSession(server);
            }
        }

        @Test
        void speakBase64AndNoNameToo() throws Exception {
            try (WsStreamServer server = server(false).endpoint("/echo", ECHO).start();
                    RawClient base64 = open(server, "base64.channel.k8s.io", "/echo");
                    RawClient none = open(server, "", "/echo")) {
                base64.write(RawClient.frame(RawClient.TEXT, RawClient.ascii("0aC4=")));
                Frame frame = base64.readFrame();
                assertThat(frame.opcode()).isEqualTo(RawClient.TEXT);
                assertThat(new String(frame.payload(), UTF_8)).isEqualTo("1aA==");
                assertCloses(base64, 1000);

                none.write(RawClient.message(0, "h."));
                assertThat(none.readFrame().payload()).containsExactly(1, 'h');
                assertCloses(none, 1000);
            }
        }

        @Test
        void mayHaveNamesOfTheirOwn() throws Exception {
            WebSocketEndpoint own = WebSocketEndpoint.channels(
                    Map.of("v1.shout.example.org", new ChannelProtocolConfig(true, List.of(ChannelType.WRITE))),
                    (request, conn) -> conn.channel(0)
                            .output()
                            .write((request.subprotocol() + " "
                                            + request.parameter("a").orElse("-") + " "
                                            + request.caller().name())
                                    .getBytes(UTF_8)));
            try (WsStreamServer server = server(false).endpoint("/own", own).start();
                    RawClient client = open(server, "v1.shout.example.org", "/own?a=b%20c&a=d")) {
                assertThat(new String(client.readData(0).data(), UTF_8)).startsWith("v1.shout.example.org b c ");
                assertCloses(client, 1000);
            }
        }

        @Test
        void endForTheHandlerWhenTheClientCloses() throws Exception {
            CompletableFuture<Integer> read = new CompletableFuture<>();
            WebSocketEndpoint counts = WebSocketEndpoint.channels(
                    PIPE,
                    (request, conn) -> read.complete(conn.channel(0).input().readAllBytes().length));
            try (WsStreamServer server =
                            server(false).endpoint("/count", counts).start();
                    RawClient client = open(server, "channel.k8s.io", "/count")) {
                client.write(RawClient.message(0, "hello")).write(RawClient.closeFrame(1000));

                assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(5);
                assertNoSession(server);
            }
        }

        @Test
        void endForTheHandlerWhenTheClientIsLost() throws Exception {
            CompletableFuture<Integer> read = new CompletableFuture<>();
            WebSocketEndpoint counts = WebSocketEndpoint.channels(
                    PIPE,
                    (request, conn) -> read.complete(conn.channel(0).input().readAllBytes().length));
            try (WsStreamServer server =
                    server(false).endpoint("/count", counts).start()) {
                RawClient client = open(server, "channel.k8s.io", "/count");
                client.write(RawClient.message(0, "hello"));
                client.close();

                assertThat(read.get(10, TimeUnit.SECONDS)).isLessThanOrEqualTo(5);
                assertNoSession(server);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"exception", "error"})
        void endWith1011WhenTheHandlerFails(String how) throws Exception {
            WebSocketEndpoint fails = WebSocketEndpoint.channels(PIPE, (request, conn) -> {
                if (how.equals("error")) {
                    throw new AssertionError("as the test wants");
                }
                throw new IllegalStateException("as the test wants");
            });
            try (WsStreamServer server = server(false).endpoint("/fails", fails).start();
                    RawClient client = open(server, "channel.k8s.io", "/fails")) {
                Frame close = client.readMessage();

                assertThat(close.closeCode()).isEqualTo(1011);
                assertThat(new String(close.payload(), UTF_8)).doesNotContain("as the test wants");
                client.write(RawClient.closeFrame(1011));
                assertNoSession(server);
            }
        }

        @Test
        void areBoundByTheIdleTimeoutThatTheHandlerSets() throws Exception {
            WebSocketEndpoint idle = WebSocketEndpoint.channels(PIPE, (request, conn) -> {
                conn.setIdleTimeout(Duration.ofSeconds(1));
                assertThat(conn.channel(0).input().read()).isEqualTo(-1);
            });
            try (WsStreamServer server = server(false).endpoint("/idle", idle).start();
                    RawClient client = open(server, "channel.k8s.io", "/idle")) {
                assertCloses(client, 1001);
                assertNoSession(server);
            }
        }

        @Test
        void withoutAThreadEchoFromTheReader() throws Exception {
            WebSocketEndpoint echo = WebSocketEndpoint.asynchronousChannels(
                    PIPE, (request, conn) -> conn.channel(0).deliverTo(new EchoSink(conn)));
            try (WsStreamServer server = server(false).endpoint("/echo", echo).start();
                    RawClient client = open(server, "channel.k8s.io", "/echo")) {
                client.write(RawClient.message(0, "hello"));
                assertThat(client.readData(1).data()).isEqualTo("hello".getBytes(UTF_8));
                assertThat(server.liveSessions()).isEqualTo(1);

                client.write(RawClient.closeFrame(1000));
                assertThat(client.readMessage().closeCode()).isEqualTo(1000);
                assertNoSession(server);
            }
        }

        @Test
        void withoutAThreadToServeThemAreClosed() throws Exception {
            try (WsStreamServer server = server(false)
                            .executor(task -> {
                                throw new RejectedExecutionException("full");
                            })
                            .endpoint("/echo", ECHO)
                            .start();
                    RawClient client = open(server, "channel.k8s.io", "/echo")) {
                assertCloses(client, 1011);
                assertNoSession(server);
            }
        }
    }

    private record EchoSink(Conn conn) implements ByteSink {
        @Override
        public void accept(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            conn.channel(1).send(ByteBuffer.wrap(copy));
        }

        @Override
        public void end() {
            conn.close();
        }
    }

    @Nested
    class Readers {
        private WebSocketEndpoint log(InputStream source) {
            return WebSocketEndpoint.reader(
                    ReaderProtocolConfig.defaults(), true, (request, reader) -> reader.copy(source));
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void sendAnEmptyMessageThenChunksThen1000(boolean tls) throws Exception {
            byte[] bytes = new byte[5000];
            bytes[4999] = 7;
            try (WsStreamServer server = server(tls)
                            .endpoint("/log", log(new ByteArrayInputStream(bytes)))
                            .start();
                    RawClient client = open(server, "binary.k8s.io", "/log")) {
                client.write(RawClient.frame(RawClient.BINARY, new byte[100])); // nobody reads it

                assertThat(client.readMessage().payload()).isEmpty();
                assertThat(client.readMessage().payload()).hasSize(2048);
                assertThat(client.readMessage().payload()).hasSize(2048);
                assertThat(client.readMessage().payload()).hasSize(904).endsWith(7);
                assertCloses(client, 1000);
                assertNoSession(server);
            }
        }

        @Test
        void tellOfASourceThatFails() throws Exception {
            InputStream fails = new ByteArrayInputStream(new byte[0]) {
                @Override
                public synchronized int read(byte[] to, int offset, int length) {
                    throw new IllegalStateException("as the test wants");
                }
            };
            try (WsStreamServer server =
                            server(false).endpoint("/log", log(fails)).start();
                    RawClient client = open(server, "base64.binary.k8s.io", "/log")) {
                assertThat(client.readMessage().opcode()).isEqualTo(RawClient.TEXT);
                assertCloses(client, 1011);
            }
        }

        @Test
        void canFreeTheirSourceWhenTheClientGoes() throws Exception {
            CountDownLatch freed = new CountDownLatch(1);
            WebSocketEndpoint follows =
                    WebSocketEndpoint.reader(ReaderProtocolConfig.defaults(), false, (request, reader) -> {
                        CountDownLatch gone = new CountDownLatch(1);
                        reader.onEnd(failure -> gone.countDown());
                        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue(); // a source without anything to say
                        freed.countDown();
                    });
            try (WsStreamServer server = server(false).endpoint("/log", follows).start()) {
                RawClient client = open(server, "", "/log");
                client.close();

                assertThat(freed.await(10, TimeUnit.SECONDS)).isTrue();
                assertNoSession(server);
            }
        }
    }

    @Nested
    class LetIn {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "Authorization: Bearer s3cret   |                             | 401 | no bearer token",
                    "Bearer s3cret                  | Bearer wrong                | 401 | invalid bearer token",
                    "Host: localhost                | Host: evil.example.org      | 421 | is no name of this server",
                    "Upgrade: websocket             | Upgrade: h2c                | 400 | not websocket protocol",
                    "Version: 13                    | Version: 8                  | 400 | WebSocket Version",
                    "GET /                          | POST /                      | 405 | a WebSocket is opened with GET",
                    "Protocol: channel.k8s.io       | Protocol: v4.channel.k8s.io | 403 | offer one of",
                    "User-Agent: test               | Origin: https://evil.org    | 403 | may not use this server",
                    "/echo                          | /echoes                     | 404 | could not find"
                })
        void areWhoTheServerLetsIn(String good, String bad, int status, String words) throws Exception {
            try (WsStreamServer server = server(false).endpoint("/echo", ECHO).start()) {
                String request = new String(RawClient.upgradeWith("s3cret", "channel.k8s.io", "/echo"), UTF_8)
                        .replace("\r\nHost", "\r\nUser-Agent: test\r\nHost");
                assertThat(request).contains(good);
                String replaced = bad == null ? "X-Nothing: 1" : bad;

                assertThat(refusal(server, RawClient.ascii(request.replaceFirst(good, replaced))))
                        .startsWith(status + " ")
                        .contains(words);
                assertThat(server.liveSessions()).isZero();
            }
        }

        @Test
        void isWhomTheAuthorizerAllows() throws Exception {
            BlockingQueue<Access> asked = new LinkedBlockingQueue<>();
            Authorizer nobody = (caller, access) -> {
                asked.add(access);
                return CompletableFuture.completedStage(Decision.deny("ask ops"));
            };
            try (WsStreamServer server =
                    server(false).authorizer(nobody).endpoint("/echo", ECHO).start()) {
                assertThat(refusal(server, RawClient.upgradeWith("s3cret", "channel.k8s.io", "/echo")))
                        .startsWith("403 ")
                        .contains("cannot get path \\\"/echo\\\": ask ops");
                assertThat(asked).containsExactly(new Access("get", "/echo", "", "", ""));
            }
        }

        @Test
        void areNoMoreThanTheLimit() throws Exception {
            try (WsStreamServer server = server(false)
                            .limits(ServerLimits.defaults().withMaxSessions(1))
                            .endpoint("/echo", ECHO)
                            .start();
                    RawClient first = open(server, "channel.k8s.io", "/echo")) {
                assertThat(refusal(server, RawClient.upgradeWith("s3cret", "channel.k8s.io", "/echo")))
                        .startsWith("429 ");

                first.write(RawClient.message(0, "."));
                assertCloses(first, 1000);
                assertNoSession(server);
                open(server, "channel.k8s.io", "/echo").close();
            }
        }

        @Test
        void isToldToTheListener() throws Exception {
            BlockingQueue<String> told = new LinkedBlockingQueue<>();
            SessionListener listener = new SessionListener() {
                @Override
                public void opened(SessionInfo session) {
                    told.add("opened " + session.kind() + " " + session.subprotocol());
                }

                @Override
                public void ended(SessionInfo session, SessionOutcome outcome) {
                    told.add("ended " + session.kind() + " " + outcome.description());
                }
            };
            try (WsStreamServer server = server(false)
                            .listener(listener)
                            .endpoint("/echo", ECHO)
                            .start();
                    RawClient client = open(server, "channel.k8s.io", "/echo")) {
                client.write(RawClient.message(0, "."));
                assertCloses(client, 1000);

                assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("opened /echo channel.k8s.io");
                assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("ended /echo served");
            }
        }

        @Test
        void reachThePathBelowThePrefix() throws Exception {
            try (WsStreamServer server = server(false)
                            .pathPrefix("/k8s")
                            .endpoint("/echo", ECHO)
                            .start();
                    RawClient client = open(server, "channel.k8s.io", "/k8s/echo")) {
                client.write(RawClient.message(0, "."));
                assertCloses(client, 1000);
                assertThat(refusal(server, RawClient.upgradeWith("s3cret", "channel.k8s.io", "/echo")))
                        .startsWith("404 ");
            }
        }
    }

    @Nested
    class TheServersClose {
        @Test
        void freesEveryHandlerAndLeavesNothing() throws Exception {
            try (WsStreamServer server = server(false).endpoint("/echo", ECHO).start();
                    RawClient client = open(server, "channel.k8s.io", "/echo")) {
                client.write(RawClient.message(0, "."));
                assertCloses(client, 1000); // whatever is made once is made now
            }
            Leftovers before = Leftovers.now();
            CountDownLatch interrupted = new CountDownLatch(1);
            CountDownLatch forever = new CountDownLatch(1);
            WebSocketEndpoint stubborn = WebSocketEndpoint.channels(PIPE, (request, conn) -> {
                try {
                    forever.await();
                } catch (InterruptedException expected) {
                    interrupted.countDown();
                }
            });
            try (WsStreamServer server = server(false)
                            .endpoint("/echo", ECHO)
                            .endpoint("/stubborn", stubborn)
                            .start();
                    RawClient reading = open(server, "channel.k8s.io", "/echo");
                    RawClient waiting = open(server, "channel.k8s.io", "/stubborn")) {
                Thread closer = new Thread(() -> server.close(Duration.ofSeconds(1)));
                closer.start();

                assertCloses(reading, 1001);
                assertCloses(waiting, 1001);
                assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
                closer.join(10_000);
                assertThat(closer.isAlive()).isFalse();
            }
            before.assertNothingMore();
        }
    }

    @Nested
    class Options {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "/",
                    "echo",
                    "/echo/",
                    "//echo",
                    "/e{x}",
                    "/a b",
                    "/api",
                    "/api/v1/x",
                    "/apis/x",
                    "/version",
                    "/healthz",
                    "/exec/a",
                    "/attach",
                    "/portForward/x",
                    "/containerLogs",
                    "/readyz",
                    "/livez"
                })
        void aPathThatIsNotTheProgramsIsRefused(String path) {
            assertThatThrownBy(() -> WsStreamServer.builder().endpoint(path, ECHO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(path);
        }

        @Test
        void twoEndpointsAtOnePathAreRefused() {
            WsStreamServer.Builder builder = WsStreamServer.builder().endpoint("/a/b", ECHO);

            assertThatThrownBy(() -> builder.endpoint("/a/b", ECHO)).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void anEndpointSpeaksSomething() {
            assertThatThrownBy(() -> WebSocketEndpoint.channels(Map.of(), (request, conn) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(ECHO.subprotocols()).containsExactlyInAnyOrder("", "channel.k8s.io", "base64.channel.k8s.io");
        }

        @ParameterizedTest
        @CsvSource({"v2.channel.k8s.io", "v3.channel.k8s.io"})
        void execSpeaksWhatItIsToldTo(String name) throws Exception {
            try (WsStreamServer usual = server(false).start();
                    WsStreamServer old = server(false)
                            .subprotocols(Subprotocol.V2, Subprotocol.V3)
                            .start();
                    RawClient client = RawClient.connect(old)) {
                byte[] request = RawClient.upgrade(old, name, "stdin stdout", "x");
                assertThat(refusal(usual, request)).startsWith("403 ");
                assertThat(refusal(old, RawClient.upgrade(old, RawClient.V5, "stdin stdout", "x")))
                        .startsWith("403 ")
                        .contains("offer one of v2.channel.k8s.io, v3.channel.k8s.io");

                client.write(request);

                assertThat(client.readResponse().header("sec-websocket-protocol"))
                        .isEqualTo(name);
                client.stdin("hi");
                assertThat(client.readUntil("hi")).isEqualTo("hi");
            }
        }

        @Test
        void theBoundsOfASessionAreTheServers() throws Exception {
            WebSocketSettings bounds = WebSocketSettings.server()
                    .withIdle(Duration.ofSeconds(2))
                    .withPingEvery(Duration.ofSeconds(1))
                    .withMaxMessageBytes(2000);
            try (WsStreamServer server = server(false).webSocket(bounds).start();
                    RawClient idle = RawClient.open(server, "stdin stdout", "x");
                    RawClient big = RawClient.open(server, "stdin stdout", "x")) {
                big.write(RawClient.message(0, new byte[2000]));
                Frame close = big.readFrame();
                while (close.opcode() != RawClient.CLOSE) { // the opening message, perhaps a Ping
                    close = big.readFrame();
                }
                assertThat(close.closeCode()).isEqualTo(1009);

                boolean pinged = false;
                Frame frame = idle.readFrame();
                while (frame.opcode() != RawClient.CLOSE) {
                    pinged |= frame.opcode() == RawClient.PING;
                    idle.write(RawClient.frame(RawClient.PONG, Objects.requireNonNull(frame.payload())));
                    frame = idle.readFrame();
                }
                assertThat(pinged).isTrue();
                assertThat(frame.closeCode()).isEqualTo(1001);
            }
        }
    }
}
