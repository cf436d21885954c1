package io.wsstream.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.wsstream.server.Decision;
import io.wsstream.server.HostPolicy;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.SessionInfo;
import io.wsstream.server.SessionListener;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import io.wsstream.server.tyrus.LogCapture;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way to be refused over real HTTP; and after each, that the same request with the one right thing gets in. */
@Timeout(60)
class RefusalTest {
    private static final String TOKEN = "s3cret";
    private static final String EXEC = "/api/v1/namespaces/default/pods/local/exec";
    private static final String QUERY = "?command=echo&command=in&stdout=true";

    private static LocalProcess processes;
    private static WsStreamServer server;
    private static final AtomicInteger opened = new AtomicInteger();

    @BeforeAll
    static void start() throws IOException {
        processes = LocalProcess.create();
        server = WsStreamServer.builder()
                .plainHttp()
                .token(TOKEN)
                .pods(PodCatalog.of(Pod.of("local", "main"), Pod.of("two", "a", "b"), Pod.of("barred", "main")))
                .authorizer((caller, access) -> CompletableFuture.completedStage(
                        access.name().equals("barred") ? Decision.deny("ask ops") : Decision.allow()))
                .hosts(HostPolicy.loopback().withOrigins(List.of("https://console.example")))
                .listener(new SessionListener() {
                    @Override
                    public void opened(SessionInfo session) {
                        opened.incrementAndGet();
                    }
                })
                .exec(processes)
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        processes.close();
    }

    /**
     * What is changed in a good request: {@code /path} and {@code ?query} replace its own, {@code -Name} takes a header
     * away, {@code Name: value} sets one, {@code +Name: value} adds a line. Columns: rule, methods, changes, code, reason,
     * parts of the message.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # 1.4, and what else the path and the query can have wrong
        1.4 unknown pod         | GET POST | /api/v1/namespaces/default/pods/none/exec | 404 | NotFound   | pods "none" not found
        1.4 unknown namespace   | GET POST | /api/v1/namespaces/other/pods/local/exec  | 404 | NotFound   | there is no namespace "other"
        1.4 unknown container   | GET POST | ?command=id&stdout=true&container=x       | 400 | BadRequest | container x is not valid for pod local ; choose one of: [main]
        1.4 container omitted   | GET POST | /api/v1/namespaces/default/pods/two/exec  | 400 | BadRequest | a container name must be specified for pod two, choose one of: [a b]
        1.4 RBAC refused        | GET POST | /api/v1/namespaces/default/pods/barred/exec | 403 | Forbidden | pods "barred" is forbidden ; cannot create resource "pods/exec" ; ask ops
        1.4 unauthenticated     | GET POST | -Authorization                            | 401 | Unauthorized | no bearer token ; kubeconfig
        1.4 no upgrade          | GET POST | -Upgrade                                  | 400 | BadRequest | Upgrade request required ; Upgrade: websocket
        1.2 no stream           | GET POST | ?command=id                               | 400 | BadRequest | at least 1 of stdin, stdout, stderr ; add stdout=true
        1.2 no command          | GET POST | ?stdout=true                              | 400 | BadRequest | at least 1 command ; command=PROGRAM
        1.2 malformed percent   | GET POST | ?stdout=true&command=100%                 | 400 | BadRequest | malformed percent-encoding ; %25
        1.2 malformed path      | GET POST | /api/v1/namespaces/default/pods/%zz/exec  | 400 | BadRequest | malformed percent-encoding in the path
        1.2 slash in a name     | GET POST | /api/v1/namespaces/default/pods/a%2Fb/exec | 404 | NotFound  | pods "a/b" not found
        1.2 invalid UTF-8       | GET POST | ?stdout=true&command=%ff                  | 400 | BadRequest | invalid UTF-8
        1.2 NUL                 | GET POST | ?stdout=true&command=a%00b                | 400 | BadRequest | NUL in parameter "command"
        1.1 unknown path        | GET POST | /apis/apps/v1/deployments                 | 404 | NotFound   | could not find the requested resource
        1.1 unknown subresource | GET POST | /api/v1/namespaces/default/pods/local/proxy | 404 | NotFound | could not find the requested resource
        1.1 attach              | GET POST | /api/v1/namespaces/default/pods/local/attach | 501 | NotImplemented | attach is not served by this server ; use exec
        1.1 port-forward        | GET POST | /api/v1/namespaces/default/pods/local/portforward | 501 | NotImplemented | portforward is not served by this server
        1.1 log                 | GET      | /api/v1/namespaces/default/pods/local/log | 501 | NotImplemented | log is not served by this server
        1.1 dots in the path    | GET POST | /api/v1/namespaces/default/pods/../pods/local/exec | 404 | NotFound | could not find the requested resource

        # 3.2, in the order of its checks
        3.2 PUT                 | PUT DELETE PATCH OPTIONS TRACE FOO | -Upgrade      | 405 | MethodNotAllowed | method ; is not served here; use GET or POST
        3.2 WebSocket by POST   | GET>POST | Content-Length: 0                         | 405 | MethodNotAllowed | a WebSocket is opened with GET, not with POST
        3.2 other upgrade       | GET      | Upgrade: h2c                              | 400 | BadRequest | not websocket protocol ; Upgrade: websocket
        3.2 no connection       | GET      | -Connection                               | 400 | BadRequest | not websocket protocol ; Connection: Upgrade
        3.2 other connection    | GET      | Connection: keep-alive                    | 400 | BadRequest | not websocket protocol
        3.2 no key              | GET      | -Sec-WebSocket-Key                        | 400 | BadRequest | mismatch challenge/response ; Sec-WebSocket-Key
        3.2 short key           | GET      | Sec-WebSocket-Key: c2hvcnQ=               | 400 | BadRequest | mismatch challenge/response
        3.2 two keys            | GET      | +Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA== | 400 | BadRequest | mismatch challenge/response
        3.2 no version          | GET      | -Sec-WebSocket-Version                    | 400 | BadRequest | missing or bad WebSocket Version ; 13
        3.2 version 8           | GET      | Sec-WebSocket-Version: 8                  | 400 | BadRequest | missing or bad WebSocket Version ; 13
        3.2 no subprotocol of ours | GET   | Sec-WebSocket-Protocol: v9.channel.k8s.io | 403 | Forbidden  | "v9.channel.k8s.io" ; offer one of v5.channel.k8s.io, v4.channel.k8s.io
        3.3 v2 is not served    | GET      | Sec-WebSocket-Protocol: v2.channel.k8s.io | 403 | Forbidden  | offer one of
        3.3 names are exact     | GET      | Sec-WebSocket-Protocol: V5.channel.k8s.io | 403 | Forbidden  | offer one of
        3.3 no parameters       | GET      | Sec-WebSocket-Protocol: v5.channel.k8s.io;q=1 | 403 | Forbidden | offer one of
        3.3 tunnels are not exec | GET     | Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io | 403 | Forbidden | offer one of
        14.3 SPDY               | POST     | X-Nothing: 1                              | 400 | BadRequest | SPDY is not served; use kubectl >= 1.30

        # 10.1 and the header; in a POST, which is no WebSocket request, the entry says nothing
        10.1 wrong token        | GET POST | Authorization: Bearer wrong               | 401 | Unauthorized | invalid bearer token ; kubeconfig
        10.1 beginning of it    | GET POST | Authorization: Bearer s3cre               | 401 | Unauthorized | invalid bearer token
        10.1 more than it       | GET POST | Authorization: Bearer s3cret2             | 401 | Unauthorized | invalid bearer token
        10.1 in another case    | GET POST | Authorization: Bearer S3CRET              | 401 | Unauthorized | invalid bearer token
        10.1 another scheme     | GET POST | Authorization: Basic OnMzY3JldA==         | 401 | Unauthorized | no bearer token
        10.1 without scheme     | GET POST | Authorization: s3cret                     | 401 | Unauthorized | no bearer token
        10.1 nothing in it      | GET POST | `Authorization: Bearer `                  | 401 | Unauthorized | no bearer token
        10.1 in the query       | GET POST | -Authorization; ?command=id&stdout=true&token=s3cret&access_token=s3cret | 401 | Unauthorized | no bearer token
        10.1 in a cookie        | GET POST | -Authorization; Cookie: token=s3cret      | 401 | Unauthorized | no bearer token
        10.1 two tokens         | GET POST | +Authorization: Bearer wrong              | 401 | Unauthorized | multiple bearer tokens
        10.1 two entries        | GET      | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.czNjcmV0, base64url.bearer.authorization.k8s.io.czNjcmV0, v5.channel.k8s.io | 401 | Unauthorized | multiple base64.bearer.authorization tokens specified
        10.1 two lines          | GET      | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.czNjcmV0; +Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.czNjcmV0, v5.channel.k8s.io | 401 | Unauthorized | multiple base64.bearer.authorization tokens specified
        10.1 padded             | GET      | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.czNjcmU=, v5.channel.k8s.io | 401 | Unauthorized | invalid base64.bearer.authorization token encoding
        10.1 other alphabet     | GET      | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.cz+jcmV0, v5.channel.k8s.io | 401 | Unauthorized | invalid base64.bearer.authorization token encoding
        10.1 no text            | GET      | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.__79, v5.channel.k8s.io | 401 | Unauthorized | invalid base64.bearer.authorization token ; UTF-8
        10.1 empty entry        | GET      | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io., v5.channel.k8s.io | 401 | Unauthorized | no bearer token
        10.1 entry alone        | GET      | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.czNjcmV0 | 401 | Unauthorized | missing additional subprotocol
        10.1 wrong entry        | GET      | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.d3Jvbmc, v5.channel.k8s.io | 401 | Unauthorized | invalid bearer token
        10.1 unknown name beside it | GET  | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.czNjcmV0, v9.channel.k8s.io | 403 | Forbidden | "v9.channel.k8s.io"
        10.1 no WebSocket       | POST     | -Authorization; Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.czNjcmV0, v5.channel.k8s.io | 401 | Unauthorized | no bearer token

        # Host and Origin
        host of another         | GET POST | Host: evil.example                        | 421 | MisdirectedRequest | "evil.example" is no name of this server ; --allowed-host
        host that begins alike  | GET POST | Host: localhost.evil.example              | 421 | MisdirectedRequest | is no name of this server
        host by number          | GET POST | Host: 192.0.2.1                           | 421 | MisdirectedRequest | is no name of this server
        host of another in the target | GET POST | Host: localhost; http://evil.example/api/v1/namespaces/default/pods/local/exec | 421 | MisdirectedRequest | "evil.example" is no name of this server
        no host                 | GET POST | -Host                                     | 400 | BadRequest | Host
        two hosts               | GET POST | +Host: localhost                          | 400 | BadRequest | 2 Host headers
        empty host              | GET POST | `Host: `                                  | 421 | MisdirectedRequest | is no name of this server
        foreign page            | GET POST | Origin: https://evil.example              | 403 | Forbidden  | pages of origin "https://evil.example" ; --allowed-origin
        page of another port    | GET POST | Host: localhost:8080; Origin: http://localhost:9090 | 403 | Forbidden | pages of origin
        page of another scheme  | GET POST | Origin: https://localhost                 | 403 | Forbidden  | pages of origin
        page that begins alike  | GET POST | Origin: https://console.example.evil.example | 403 | Forbidden | pages of origin
        sandboxed page          | GET POST | Origin: null                              | 403 | Forbidden  | pages of origin "null"
        two pages               | GET POST | Origin: http://localhost; +Origin: https://evil.example | 400 | BadRequest | 2 Origin headers
        rebound page            | GET POST | Host: evil.example; Origin: http://evil.example | 421 | MisdirectedRequest | is no name of this server
        """)
    void isToldWhatToDoAndTheRightRequestGetsIn(
            String rule, String methods, String changes, int code, String reason, String message) throws Exception {
        int before = opened.get();
        try (LogCapture log = new LogCapture()) {
            for (String method : methods.split(" ", -1)) {
                Request request = method.equals("POST") ? Request.spdy() : Request.webSocket();
                request.method = method.substring(method.indexOf('>') + 1);

                try (RawClient client = RawClient.connect(server)) {
                    client.write(request.with(changes).bytes());
                    assertRefusal(rule + " by " + method, client, code, reason, message.split(" ; ", -1));
                }
            }
            assertThat(opened).as("sessions that were opened").hasValue(before);

            try (RawClient client = RawClient.connect(server)) {
                client.write(Request.webSocket().bytes());
                assertThat(client.readResponse().status()).isEqualTo(101);
                assertThat(client.readToEnd().stdoutText()).isEqualTo("in\n");
            }
            assertThat(log.complaints()).isEmpty();
        }
    }

    private static void assertRefusal(String what, RawClient client, int code, String reason, String... parts)
            throws IOException {
        Response answer = client.readResponse();
        assertThat(answer.status()).as("%s: %s", what, answer).isEqualTo(code);
        assertThat(answer.header("content-type")).as("%s: %s", what, answer).isEqualTo("application/json");
        Map<String, String> status = fields(answer.body());
        assertThat(status)
                .as(what)
                .containsEntry("kind", "Status")
                .containsEntry("apiVersion", "v1")
                .containsEntry("status", "Failure")
                .containsEntry("reason", reason)
                .containsEntry("code", Integer.toString(code));
        assertThat(status.get("message")).as(what).contains(parts).doesNotContain(TOKEN, "czNjcmV0");
        assertThat(answer.header("connection")).as(what).isEqualTo("close");
        assertThat(client.readsFin()).as("%s: the connection ends", what).isTrue();
    }

    /** The scalars at the top of a JSON object. */
    private static Map<String, String> fields(String json) throws IOException {
        Map<String, String> fields = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken().isScalarValue()) {
                    fields.put(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
        }
        return fields;
    }

    /** A request to be changed before it is sent. */
    private static final class Request {
        private String method = "GET";
        private String path = EXEC;
        private String query = QUERY;
        private final List<String> lines = new ArrayList<>();

        static Request webSocket() {
            Request request = new Request();
            request.lines.addAll(List.of(
                    "Host: localhost",
                    "Authorization: Bearer " + TOKEN,
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: " + RawClient.KEY,
                    "Sec-WebSocket-Protocol: " + RawClient.V5));
            return request;
        }

        /** What kubectl sends after a refused WebSocket. */
        static Request spdy() {
            Request request = new Request();
            request.lines.addAll(List.of(
                    "Host: localhost",
                    "Authorization: Bearer " + TOKEN,
                    "Connection: Upgrade",
                    "Upgrade: SPDY/3.1",
                    "X-Stream-Protocol-Version: " + RawClient.V4,
                    "Content-Length: 0"));
            return request;
        }

        Request with(String changes) {
            for (String change : changes.split("; ", -1)) {
                if (change.startsWith("/") || change.startsWith("http://")) {
                    path = change;
                } else if (change.startsWith("?")) {
                    query = change;
                } else if (change.startsWith("-")) {
                    remove(change.substring(1));
                } else if (change.startsWith("+")) {
                    lines.add(change.substring(1));
                } else {
                    remove(change.substring(0, change.indexOf(':')));
                    lines.add(change);
                }
            }
            return this;
        }

        private void remove(String header) {
            assertThat(header).doesNotContain(" ", ":");
            lines.removeIf(line -> line.startsWith(header + ":"));
        }

        byte[] bytes() {
            return RawClient.ascii(
                    method + " " + path + query + " HTTP/1.1\r\n" + String.join("\r\n", lines) + "\r\n\r\n");
        }
    }
}
