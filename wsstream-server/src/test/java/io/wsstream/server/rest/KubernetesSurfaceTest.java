package io.wsstream.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.Subprotocol;
import io.wsstream.server.Authenticator;
import io.wsstream.server.Authorizer;
import io.wsstream.server.Caller;
import io.wsstream.server.Decision;
import io.wsstream.server.HostPolicy;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.ServerLimits;
import io.wsstream.server.exec.ExecRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of checks, the rows of PROTOCOL.md 1.2 to 1.4, POST as the mirror of GET, and what a good request gives. */
class KubernetesSurfaceTest {
    private static final Instant STARTED = Instant.parse("2026-01-02T03:04:05Z");
    private static final Pod ONE =
            new Pod("default", "one", List.of("main"), Map.of("app", "a"), Map.of("note", "n"), STARTED);
    private static final Pod TWO =
            new Pod("default", "two", List.of("a", "b"), Map.of("app", "b", "tier", "x"), Map.of(), STARTED);
    private static final Pod FAR = new Pod("far", "three", List.of("main"), Map.of(), Map.of(), STARTED);

    private final AtomicInteger liveSessions = new AtomicInteger();
    private final List<String> asked = new ArrayList<>();
    private final KubernetesSurface surface = builder().build();

    private KubernetesSurface.Builder builder() {
        return KubernetesSurface.builder(Authenticator.bearer(Ask.TOKEN), PodCatalog.of(ONE, TWO, FAR))
                .limits(ServerLimits.defaults().withMaxSessions(2))
                .liveSessions(liveSessions::get)
                .clock(Clock.fixed(STARTED.plusSeconds(90), ZoneOffset.UTC));
    }

    // ---- what a good request gives

    @Test
    void aGoodRequestBecomesAnExecRequest() {
        String target = Ask.EXEC
                + "?command=sh&command=-c&command=echo+%22%C3%A9%22%0A%2B&command=&container=main&stdin=1&stdout=true&stderr=true";

        ExecRequest exec = Ask.webSocket(target).upgradeOf(surface);

        assertThat(exec.command()).containsExactly("sh", "-c", "echo \"\u00e9\"\n+", "");
        assertThat(exec.namespace() + "/" + exec.pod() + "/" + exec.container()).isEqualTo("default/one/main");
        assertThat(exec.stdin() && exec.stdout() && exec.stderr()).isTrue();
        assertThat(exec.tty()).isFalse();
        assertThat(exec.subprotocol()).isEqualTo(Subprotocol.V5);
        assertThat(exec.caller().name()).isEqualTo("wsstream-user");
        assertThat(exec.peer().getPort()).isEqualTo(50_000);
        assertThat(exec.sessionInfo().kind()).isEqualTo("exec");
        assertThat(exec.sessionInfo().sessionId()).isEqualTo(exec.sessionId());
    }

    @Test
    void everySessionHasItsOwnId() {
        assertThat(Ask.webSocket(Ask.EXEC_OK).upgradeOf(surface).sessionId())
                .isNotEqualTo(Ask.webSocket(Ask.EXEC_OK).upgradeOf(surface).sessionId());
    }

    @Test
    void withATerminalStderrIsSilentlyOff() {
        ExecRequest exec = Ask.webSocket(Ask.EXEC_OK + "&stderr=true&tty=true").upgradeOf(surface);

        assertThat(exec.tty()).isTrue();
        assertThat(exec.stderr()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "stdin, true",
        "stdin=, true",
        "stdin=no, true",
        "stdin=1, true",
        "stdin=true, true",
        "stdin=0, false",
        "stdin=false, false",
        "stdin=FALSE, false",
        "'', false",
        "stdin=false&stdin=true, false",
        "stdin=1&stdin=0, true",
        "stdin=00, true",
        "Stdin=1, false"
    })
    void booleansAreReadAsKubernetesReadsThem(String query, boolean stdin) {
        assertThat(Ask.webSocket(Ask.EXEC_OK + "&" + query).upgradeOf(surface).stdin())
                .isEqualTo(stdin);
    }

    // ---- PROTOCOL.md 1.2: what cannot be decoded is never dropped

    @ParameterizedTest
    @ValueSource(strings = {"command=%", "command=%4", "command=%zz", "command=%+1", "%zz=1", "command=\u0142"})
    void malformedPercentEncodingIsRefused(String query) throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK + "&" + query).refusalOf(surface))
                .startsWith("400 BadRequest: ")
                .contains("percent-enco");
    }

    @ParameterizedTest
    @ValueSource(strings = {"command=%ff", "command=%c3", "command=%c0%80", "command=%ed%a0%80", "command=\u00e9"})
    void invalidUtf8IsRefused(String query) throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK + "&" + query).refusalOf(surface))
                .startsWith("400 BadRequest: invalid UTF-8 in parameter \"command\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"command=a%00b", "container=%00"})
    void nulIsRefused(String query) throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK + "&" + query).refusalOf(surface)).startsWith("400 BadRequest: NUL in");
    }

    @Test
    void thePathIsDecodedSegmentBySegment() throws Exception {
        assertThat(Ask.get("/api/v1/namespaces/default/pods/%6Fne").okOf(surface))
                .contains("\"name\":\"one\"");
        assertThat(Ask.get("/api/v1/namespaces/default/pods%2Fone").refusalOf(surface))
                .startsWith("404 NotFound");
        assertThat(Ask.get("/api/v1/namespaces/default/pods/one+").refusalOf(surface))
                .isEqualTo("404 NotFound: pods \"one+\" not found");
        assertThat(Ask.get("/api/v1/namespaces/default/pods/%zz").refusalOf(surface))
                .startsWith("400 BadRequest");
    }

    // ---- PROTOCOL.md 1.3, 1.4, on GET and on POST

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "default/pods/two/exec?stdout=1&command=id | 400 BadRequest: a container name must be specified for pod two,"
                        + " choose one of: [a b]",
                "default/pods/one/exec?stdout=1&command=id&container=x | 400 BadRequest: container x is not valid for pod one,"
                        + " choose one of: [main]",
                "default/pods/none/exec?stdout=1&command=id | 404 NotFound: pods \"none\" not found",
                "default/pods/three/exec?stdout=1&command=id | 404 NotFound: pods \"three\" not found",
                "nowhere/pods/one/exec?stdout=1&command=id | 404 NotFound: pods \"one\" not found: there is no namespace"
                        + " \"nowhere\"",
                "default/pods/one/exec?command=id | 400 BadRequest: you must specify at least 1 of stdin, stdout, stderr: add"
                        + " stdout=true to the query",
                "default/pods/one/exec?stderr=1&tty=1&command=id | 400 BadRequest: you must specify at least 1 of stdin,"
                        + " stdout, stderr; stderr is no stream of its own with tty: add stdout=true to the query",
                "default/pods/one/exec?stdout=1 | 400 BadRequest: you must specify at least 1 command: add command=PROGRAM,"
                        + " and command=ARGUMENT for each argument",
                "default/pods/one/attach?stdout=1 | 501 NotImplemented: attach is not served by this server; use exec",
                "default/pods/one/portforward?ports=80 | 501 NotImplemented: portforward is not served by this server; use exec",
                "default/pods/none/attach?stdout=1 | 404 NotFound: pods \"none\" not found"
            })
    void aRequestThatCannotBeServedIsRefusedAlikeByGetAndPost(String target, String refusal) throws Exception {
        String path = "/api/v1/namespaces/" + target;

        assertThat(Ask.webSocket(path).refusalOf(surface)).isEqualTo(refusal);
        assertThat(Ask.spdy(path).refusalOf(surface)).isEqualTo(refusal);
    }

    @Test
    void aPodWithSeveralContainersTakesTheOneThatIsNamed() {
        assertThat(Ask.webSocket("/api/v1/namespaces/default/pods/two/exec?stdout=1&command=id&container=b")
                        .upgradeOf(surface)
                        .container())
                .isEqualTo("b");
    }

    @Test
    void aRequestWithoutUpgradeIsRefused() throws Exception {
        assertThat(Ask.get(Ask.EXEC_OK).refusalOf(surface)).startsWith("400 BadRequest: Upgrade request required");
        assertThat(Ask.plain("POST", Ask.EXEC_OK).refusalOf(surface))
                .startsWith("400 BadRequest: Upgrade request required");
    }

    @Test
    void whereGetWouldHaveWorkedPostSaysThatSpdyIsNotServed() throws Exception {
        assertThat(Ask.spdy(Ask.EXEC_OK).refusalOf(surface))
                .startsWith("400 BadRequest: SPDY is not served; use kubectl >= 1.30");
    }

    @Test
    void aServerWithoutAHandlerServesNoExec() throws Exception {
        KubernetesSurface none = builder().execServed(false).build();

        assertThat(Ask.webSocket(Ask.EXEC_OK).refusalOf(none)).startsWith("501 NotImplemented: exec is not served");
    }

    @Test
    void overTheLimitOfSessionsGetAndPostSayTryAgain() throws Exception {
        liveSessions.set(2);

        assertThat(Ask.webSocket(Ask.EXEC_OK).refusalOf(surface))
                .startsWith("429 TooManyRequests: this server has reached its limit of 2 sessions");
        assertThat(Ask.spdy(Ask.EXEC_OK).refusalOf(surface)).startsWith("429 TooManyRequests");
        assertThat(Ask.webSocket(Ask.EXEC_OK).answerOf(surface).headers()).containsEntry("Retry-After", "5");

        liveSessions.set(1);
        assertThat(Ask.webSocket(Ask.EXEC_OK).upgradeOf(surface)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, /version, GET",
        "HEAD, /healthz, GET",
        "DELETE, /api/v1/namespaces/default/pods/one, GET",
        "POST, /api/v1/namespaces/default/pods, GET",
        "OPTIONS, /api/v1/pods, GET",
        "POST, /api/v1/namespaces/default/pods/one/log, GET",
        "PUT, /api/v1/namespaces/default/pods/one/exec, 'GET, POST'",
        "HEAD, /api/v1/namespaces/default/pods/one/exec, 'GET, POST'",
        "get, /version, GET"
    })
    void otherMethodsAreRefused(String method, String path, String allowed) throws Exception {
        assertThat(Ask.plain(method, path).refusalOf(surface)).startsWith("405 MethodNotAllowed: method");
        assertThat(Ask.plain(method, path).answerOf(surface).headers()).containsEntry("Allow", allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nothing",
                "/apis/apps/v1",
                "/api/v2",
                "/api/v1/nodes",
                "/api/v1/namespaces/default/services",
                "/api/v1/namespaces/default/pods/one/eviction",
                "/api/v1/namespaces/default/pods/one/exec/more",
                "/api/v1//pods",
                "/api/v1/../v1/pods",
                "/API/v1"
            })
    void anUnknownPathIsNotFound(String path) throws Exception {
        assertThat(Ask.get(path).refusalOf(surface))
                .startsWith("404 NotFound: the server could not find the requested resource (\"GET\" \"" + path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nopath", "*", "", "/x#y", "ftp://localhost/version"})
    void whatIsNoTargetIsRefused(String target) throws Exception {
        assertThat(Ask.get(target).refusalOf(surface)).startsWith("400 BadRequest: the request target");
    }

    @Test
    void anAbsoluteTargetIsReadAndItsHostCheckedToo() throws Exception {
        assertThat(Ask.get("https://localhost:8443/version").okOf(surface)).contains("gitVersion");
        assertThat(Ask.get("https://evil.example/version").refusalOf(surface)).startsWith("421 ");
    }

    @Test
    void afterARefusedUpgradeOrPostTheConnectionCloses() {
        assertThat(Ask.spdy(Ask.EXEC_OK).answerOf(surface).headers()).containsEntry("Connection", "close");
        assertThat(Ask.webSocket(Ask.EXEC).answerOf(surface).headers()).containsEntry("Connection", "close");
        assertThat(Ask.get("/nothing").answerOf(surface).headers()).doesNotContainKey("Connection");
    }

    // ---- order of the checks

    @Test
    void hostThenOriginThenTokenThenPathThenMethodThenRightThenPod() throws Exception {
        KubernetesSurface strict = builder()
                .authorizer((caller, access) -> CompletableFuture.completedStage(
                        access.name().equals("one") ? Decision.allow() : Decision.deny("no")))
                .build();
        Ask ask = Ask.plain("DELETE", "/nothing")
                .with("Host", "evil.example")
                .with("Origin", "https://evil.example")
                .with("Authorization");

        assertThat(ask.refusalOf(strict)).startsWith("421 ");
        assertThat(ask.with("Host", "localhost:8443").refusalOf(strict)).startsWith("403 Forbidden: pages of origin");
        assertThat(ask.with("Origin").refusalOf(strict)).startsWith("401 ");
        assertThat(ask.with("Authorization", "Bearer " + Ask.TOKEN).refusalOf(strict))
                .startsWith("404 ");
        assertThat(Ask.plain("DELETE", "/api/v1/namespaces/default/pods/none/exec")
                        .refusalOf(strict))
                .startsWith("405 ");
        assertThat(Ask.get("/api/v1/namespaces/default/pods/none/exec").refusalOf(strict))
                .startsWith("403 ");
        assertThat(Ask.get("/api/v1/namespaces/default/pods/one/exec").refusalOf(strict))
                .startsWith("400 ");
    }

    // ---- health

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/livez", "/readyz", "/readyz?verbose", "/k8s/healthz"})
    void healthNeedsNeitherHostNorToken(String path) {
        KubernetesSurface prefixed = builder().pathPrefix("/k8s").build();

        assertThat(Ask.get(path)
                        .with("Host", "10.1.2.3:8443")
                        .with("Authorization")
                        .okOf(prefixed))
                .isEqualTo("ok");
    }

    @Test
    void aServerThatShutsDownIsAliveButNotReady() {
        KubernetesSurface draining = builder().ready(() -> false).build();

        assertThat(Ask.get("/readyz").answerOf(draining).status()).isEqualTo(503);
        assertThat(Ask.get("/livez").okOf(draining)).isEqualTo("ok");
    }

    // ---- Host and Origin

    @Test
    void aForeignHostIsMisdirected() throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK).with("Host", "evil.example:8443").refusalOf(surface))
                .startsWith("421 MisdirectedRequest: Host \"evil.example:8443\" is no name of this server")
                .contains("--allowed-host NAME");
        assertThat(Ask.get("/version").with("Host").refusalOf(surface))
                .startsWith("400 BadRequest: the request has 0 Host");
        assertThat(Ask.get("/version").with("Host", "localhost", "localhost").refusalOf(surface))
                .startsWith("400 BadRequest: the request has 2 Host");
    }

    @Test
    void anAllowedHostGetsIn() {
        KubernetesSurface named = builder()
                .hostPolicy(HostPolicy.loopback().withHosts(List.of("exec.example.com")))
                .build();

        assertThat(Ask.webSocket(Ask.EXEC_OK).with("Host", "exec.example.com").upgradeOf(named))
                .isNotNull();
    }

    @Test
    void aForeignOriginIsForbiddenAndItsOwnGetsIn() throws Exception {
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Origin", "https://evil.example")
                        .refusalOf(surface))
                .startsWith("403 Forbidden: pages of origin \"https://evil.example\" may not use this server")
                .contains("--allowed-origin");
        assertThat(Ask.webSocket(Ask.EXEC_OK).with("Origin", "null").refusalOf(surface))
                .startsWith("403 Forbidden");
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Origin", "https://localhost:8443", "https://evil.example")
                        .refusalOf(surface))
                .startsWith("400 BadRequest: the request has 2 Origin");

        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .with("Origin", "https://localhost:8443")
                        .upgradeOf(surface))
                .isNotNull();
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .withoutTls()
                        .with("Origin", "http://localhost:8443")
                        .upgradeOf(surface))
                .isNotNull();
    }

    // ---- authorisation and failing parts

    @Test
    void theAuthorizerIsAskedInRbacTermsAndItsReasonIsShown() throws Exception {
        KubernetesSurface denying = builder()
                .authorizer((caller, access) -> {
                    asked.add(access.verb() + " " + access.qualifiedResource() + " " + access.namespace() + "/"
                            + access.name());
                    return CompletableFuture.completedStage(Decision.deny("ask ops"));
                })
                .build();

        assertThat(Ask.webSocket(Ask.EXEC_OK).refusalOf(denying))
                .isEqualTo("403 Forbidden: pods \"one\" is forbidden: User \"wsstream-user\" cannot create resource"
                        + " \"pods/exec\" in API group \"\" in the namespace \"default\": ask ops");
        assertThat(Ask.spdy(Ask.EXEC_OK).refusalOf(denying)).startsWith("403 Forbidden: pods \"one\" is forbidden");
        assertThat(Ask.get("/api/v1/pods").refusalOf(denying))
                .isEqualTo(
                        "403 Forbidden: pods is forbidden: User \"wsstream-user\" cannot list resource \"pods\" in API"
                                + " group \"\" at the cluster scope: ask ops");
        Ask.get("/api/v1/namespaces").refusalOf(denying);
        Ask.get("/api/v1/namespaces/far").refusalOf(denying);
        Ask.get("/api/v1/namespaces/far/pods").refusalOf(denying);
        Ask.get("/api/v1/namespaces/far/pods/x").refusalOf(denying);
        Ask.get("/api/v1/namespaces/far/pods/x/log").refusalOf(denying);
        assertThat(asked)
                .containsExactly(
                        "create pods/exec default/one",
                        "create pods/exec default/one",
                        "list pods /",
                        "list namespaces /",
                        "get namespaces far/far",
                        "list pods far/",
                        "get pods far/x",
                        "get pods/log far/x");
    }

    @Test
    void aSlowAuthenticatorHoldsUpNobody() {
        CompletableFuture<Optional<Caller>> later = new CompletableFuture<>();
        KubernetesSurface slow = KubernetesSurface.builder(credentials -> later, PodCatalog.of(ONE))
                .build();
        HttpRequest request = new HttpRequest(
                "GET",
                "/version",
                Map.of("host", List.of("localhost")),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                false,
                List.of());

        CompletableFuture<HttpDecision> decision = slow.decide(request).toCompletableFuture();

        assertThat(decision).isNotDone();
        later.complete(Optional.of(new Caller("ann")));
        assertThat(decision).isCompletedWithValueMatching(answer -> ((HttpDecision.Answer) answer).status() == 200);
    }

    @Test
    void aPartThatFailsAnswers500AndKeepsItsSecrets() throws Exception {
        Authorizer throwing = (caller, access) -> {
            throw new IllegalStateException("password of the database");
        };
        Authorizer failing = (caller, access) -> CompletableFuture.failedStage(new IOException("password"));

        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .refusalOf(builder().authorizer(throwing).build()))
                .startsWith("500 InternalError: Internal error occurred: ")
                .doesNotContain("password");
        assertThat(Ask.webSocket(Ask.EXEC_OK)
                        .refusalOf(builder().authorizer(failing).build()))
                .startsWith("500 InternalError");
    }

    // ---- path prefix

    @Test
    void belowAPrefixEverythingIsTheSameAndNothingIsElsewhere() throws Exception {
        KubernetesSurface prefixed = builder().pathPrefix("/k8s/local").build();

        assertThat(Ask.webSocket("/k8s/local" + Ask.EXEC_OK).upgradeOf(prefixed))
                .isNotNull();
        assertThat(Ask.webSocket(Ask.EXEC_OK).refusalOf(prefixed)).startsWith("404 ");
        assertThat(Ask.get("/k8s/localapi").refusalOf(prefixed)).startsWith("404 ");
        assertThatThrownBy(() -> builder().pathPrefix("k8s/")).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- the documents

    @Test
    void discoveryNamesPodsAndTheirSubresources() {
        assertThat(Ask.get("/version").okOf(surface)).contains("\"major\":\"1\"", "\"gitVersion\":\"v1.");
        assertThat(Ask.get("/api").okOf(surface)).contains("\"kind\":\"APIVersions\"", "\"versions\":[\"v1\"]");
        assertThat(Ask.get("/apis/").okOf(surface)).contains("\"kind\":\"APIGroupList\"", "\"groups\":[]");
        assertThat(Ask.get("/api/v1").okOf(surface))
                .contains(
                        "APIResourceList", "\"pods/exec\"", "\"pods/attach\"", "\"pods/portforward\"", "\"pods/log\"");
    }

    @Test
    void namespacesAreListedAndFound() throws Exception {
        assertThat(Ask.get("/api/v1/namespaces").okOf(surface))
                .contains("NamespaceList", "\"name\":\"default\"", "\"name\":\"far\"");
        assertThat(Ask.get("/api/v1/namespaces/far").okOf(surface)).contains("\"kind\":\"Namespace\"", "Active");
        assertThat(Ask.get("/api/v1/namespaces/nowhere").refusalOf(surface))
                .isEqualTo("404 NotFound: namespaces \"nowhere\" not found");
    }

    @Test
    void aPodIsRunningAndReady() {
        assertThat(Ask.get("/api/v1/namespaces/default/pods/one").okOf(surface))
                .contains(
                        "\"kind\":\"Pod\"",
                        "\"containers\":[{\"name\":\"main\"",
                        "\"phase\":\"Running\"",
                        "{\"type\":\"Ready\",\"status\":\"True\"",
                        "\"ready\":true",
                        "\"labels\":{\"app\":\"a\"}",
                        "\"annotations\":{\"note\":\"n\"}",
                        "\"creationTimestamp\":\"2026-01-02T03:04:05Z\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/pods | one two three",
                "/api/v1/namespaces/default/pods | one two",
                "/api/v1/namespaces/nowhere/pods | ''",
                "/api/v1/pods?limit=500 | one two three",
                "/api/v1/pods?fieldSelector=metadata.name%3Done | one",
                "/api/v1/pods?fieldSelector=metadata.name%21%3Done | two three",
                "/api/v1/pods?fieldSelector=metadata.namespace%3D%3Dfar | three",
                "/api/v1/pods?fieldSelector=status.phase%3DRunning%2Cmetadata.name%3Dtwo | two",
                "/api/v1/pods?labelSelector=app%3Da | one",
                "/api/v1/pods?labelSelector=app+!%3D+a | two three",
                "/api/v1/pods?labelSelector=app%2Ctier%3Dx | two",
                "/api/v1/pods?labelSelector=!app | three"
            })
    void selectorsSelect(String path, String names) {
        String body = Ask.get(path).okOf(surface);

        List<String> found = new ArrayList<>();
        for (String name : List.of("one", "two", "three")) {
            if (body.contains("\"metadata\":{\"name\":\"" + name + "\"")) {
                found.add(name);
            }
        }
        assertThat(String.join(" ", found)).isEqualTo(names);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"fieldSelector=spec.nodeName%3Dx", "fieldSelector=metadata.name", "labelSelector=app+in+(a%2Cb)"
            })
    void selectorsThatAreNotServedAreRefusedAndNotIgnored(String query) throws Exception {
        assertThat(Ask.get("/api/v1/pods?" + query).refusalOf(surface)).startsWith("400 BadRequest");
    }

    @Test
    void watchAndLogAreNotServed() throws Exception {
        assertThat(Ask.get("/api/v1/pods?watch=true").refusalOf(surface)).startsWith("501 NotImplemented: watch");
        assertThat(Ask.get("/api/v1/namespaces/default/pods/one/log").refusalOf(surface))
                .startsWith("501 NotImplemented: log");
    }

    @Test
    void aClientThatWantsATableGetsOne() {
        String accept =
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,"
                        + "application/json";

        assertThat(Ask.get("/api/v1/namespaces/default/pods")
                        .with("Accept", accept)
                        .okOf(surface))
                .contains("\"kind\":\"Table\"", "[\"one\",\"1/1\",\"Running\",0,\"90s\"]", "[\"two\",\"2/2\"");
        assertThat(Ask.get("/api/v1/namespaces").with("Accept", accept).okOf(surface))
                .contains("[\"far\",\"Active\"]");
        assertThat(Ask.get("/api/v1/pods")
                        .with("Accept", "application/json, " + accept)
                        .okOf(surface))
                .contains("PodList");
        assertThat(Ask.get("/api/v1/pods").with("Accept", "*/*").okOf(surface)).contains("PodList");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "119, 119s",
        "120, 2m",
        "125, 2m5s",
        "599, 9m59s",
        "600, 10m",
        "10799, 179m",
        "10800, 3h",
        "11000, 3h3m",
        "28800, 8h",
        "172799, 47h",
        "172800, 2d",
        "180000, 2d2h",
        "691200, 8d",
        "63072000, 2y",
        "-5, 0s"
    })
    void agesReadAsKubectlWritesThem(long seconds, String age) {
        assertThat(Documents.age(STARTED, STARTED.plusSeconds(seconds))).isEqualTo(age);
    }

    @Test
    void requestsShowNeitherQueryNorHeaders() {
        HttpRequest request = new HttpRequest(
                "GET",
                "/api?command=s3cret",
                Map.of("Authorization", List.of("Bearer s3cret")),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                false,
                List.of());

        assertThat(request).asString().contains("GET /api from").doesNotContain("s3cret");
        assertThat(request.firstHeader("authorization")).contains("Bearer s3cret");
    }
}
