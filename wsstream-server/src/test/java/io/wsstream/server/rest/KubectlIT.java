package io.wsstream.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.server.Authenticator;
import io.wsstream.server.Decision;
import io.wsstream.server.HostPolicy;
import io.wsstream.server.KubeconfigWriter;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.TlsIdentity;
import io.wsstream.server.exec.ExecRequest;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stock kubectl against the surface, over TLS with the written kubeconfig: up to the upgrade, which this little
 * listener cannot do and answers with 503.
 */
class KubectlIT {
    private static final String TOKEN = "s3cret";
    private static final Pod ONE =
            new Pod("default", "one", List.of("main"), Map.of(), Map.of(), Instant.parse("2026-01-02T03:04:05Z"));
    private static final Pod TWO =
            new Pod("default", "two", List.of("a", "b"), Map.of(), Map.of(), Instant.parse("2026-01-02T03:04:05Z"));
    private static final Pod BARRED =
            new Pod("other", "barred", List.of("main"), Map.of(), Map.of(), Instant.parse("2026-01-02T03:04:05Z"));

    @TempDir
    private Path folder;

    private final List<ExecRequest> upgrades = new CopyOnWriteArrayList<>();
    private final AtomicInteger liveSessions = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final TlsIdentity identity = TlsIdentity.generate(List.of());
    private HttpsServer listener;
    private Path kubeconfig;
    private String kubectl;

    private record Ran(int exitCode, String out, String err) {}

    @BeforeEach
    void start() throws Exception {
        kubectl = findKubectl();
        KubernetesSurface surface = KubernetesSurface.builder(
                        Authenticator.bearer(TOKEN), PodCatalog.of(ONE, TWO, BARRED))
                .authorizer((caller, access) -> CompletableFuture.completedStage(
                        access.name().equals("barred") && access.subresource().equals("exec")
                                ? Decision.deny("ask ops")
                                : Decision.allow()))
                .hostPolicy(HostPolicy.loopback().withHosts(identity.names()))
                .liveSessions(liveSessions::get)
                .build();
        serve(surface);
    }

    private void serve(KubernetesSurface surface) throws IOException {
        listener = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        listener.setHttpsConfigurator(new HttpsConfigurator(identity.sslContext()));
        listener.setExecutor(threads);
        listener.createContext("/", exchange -> handle(surface, exchange));
        listener.start();
        kubeconfig = folder.resolve("kubeconfig");
        new KubeconfigWriter(kubeconfig).write(url("127.0.0.1"), identity.caPem(), TOKEN);
    }

    private URI url(String host) {
        return URI.create("https://" + host + ":" + listener.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        if (listener != null) {
            listener.stop(0);
        }
        threads.shutdownNow();
    }

    private void handle(KubernetesSurface surface, HttpExchange exchange) throws IOException {
        HttpDecision decision = surface.decide(new HttpRequest(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().toString(),
                        exchange.getRequestHeaders(),
                        exchange.getRemoteAddress(),
                        true,
                        List.of()))
                .toCompletableFuture()
                .join();
        int code = 503;
        byte[] body = StatusCodec.encodeForHttp(Status.failure(503, "ServiceUnavailable", "no upgrade here"));
        if (decision instanceof HttpDecision.Answer answer) {
            code = answer.status();
            body = answer.body();
            answer.headers().forEach(exchange.getResponseHeaders()::set);
        } else if (decision instanceof HttpDecision.ExecUpgrade upgrade) {
            upgrades.add(upgrade.request());
        }
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void kubectlReadsTheServersVersion() throws Exception {
        Ran ran = kubectl("version");

        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out()).containsPattern("Server Version: v1\\.\\d+\\.0\\+wsstream");
    }

    @Test
    void kubectlListsPodsAsATable() throws Exception {
        Ran ran = kubectl("get", "pods");

        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out().lines().map(line -> line.replaceAll(" +", " ")))
                .satisfiesExactly(
                        head -> assertThat(head).isEqualTo("NAME READY STATUS RESTARTS AGE"),
                        one -> assertThat(one).startsWith("one 1/1 Running 0 "),
                        two -> assertThat(two).startsWith("two 2/2 Running 0 "));
        assertThat(kubectl("get", "po", "-A", "--no-headers").out()).containsPattern("other +barred +1/1");
        assertThat(kubectl("get", "ns", "-o", "name").out()).isEqualTo("namespace/default\nnamespace/other\n");
        assertThat(kubectl("get", "pod", "two", "-o", "jsonpath={.spec.containers[*].name}")
                        .out())
                .isEqualTo("a b");
        assertThat(kubectl("wait", "--for=jsonpath={.status.phase}=Running", "pod/one", "--timeout=5s"))
                .satisfies(ran2 -> assertThat(ran2.err() + ran2.out()).contains("condition met"));
    }

    @Test
    void kubectlExecReachesTheUpgradeWithItsArgumentsWhole() throws Exception {
        kubectl("exec", "-i", "one", "--", "printf", "%s|", "two words", "", "\u00e9\n+&");

        assertThat(upgrades).singleElement().satisfies(exec -> {
            assertThat(exec.command()).containsExactly("printf", "%s|", "two words", "", "\u00e9\n+&");
            assertThat(exec.stdin() && exec.stdout() && exec.stderr()).isTrue();
            assertThat(exec.subprotocol()).hasToString("V5");
            assertThat(exec.container()).isEqualTo("main");
        });
    }

    @Test
    void kubectlShowsWhyItWasRefused() throws Exception {
        assertThat(kubectl("exec", "none", "--", "id").err())
                .isEqualTo("Error from server (NotFound): pods \"none\" not found\n");
        assertThat(kubectl("-n", "nowhere", "exec", "one", "--", "id").err())
                .isEqualTo("Error from server (NotFound): namespaces \"nowhere\" not found\n");
        assertThat(kubectl("exec", "one", "-c", "x", "--", "id").err())
                .contains("container x is not valid for pod one, choose one of: [main]");
        assertThat(kubectl("-n", "other", "exec", "barred", "--", "id").err())
                .contains("pods \"barred\" is forbidden", "ask ops");
        assertThat(kubectl("attach", "one").err()).contains("attach is not served by this server; use exec");
        assertThat(kubectl("port-forward", "one", "0:80").err()).contains("portforward is not served");
        assertThat(kubectl("logs", "one").err()).contains("log is not served");
        assertThat(kubectl("delete", "pod", "one").err()).contains("method \"DELETE\" is not served here; use GET");
        assertThat(upgrades).isEmpty();
    }

    @Test
    void kubectlShowsThatThereAreTooManySessions() throws Exception {
        liveSessions.set(1000);

        assertThat(kubectl("exec", "one", "--", "id").err()).contains("reached its limit of 1000 sessions");
    }

    @Test
    void kubectlShowsThatItsTokenIsWrong() throws Exception {
        // While it still asks for the API groups, kubectl shows words of its own for every 401.
        assertThat(kubectl("--token", "wrong", "exec", "one", "--", "id").err())
                .contains("You must be logged in to the server");
        assertThat(kubectl("--token", "wrong", "get", "--raw", "/api/v1/pods").err())
                .contains("You must be logged in to the server");

        kubectl("get", "pods");

        assertThat(kubectl("--token", "wrong", "exec", "one", "--", "id").err())
                .contains("You must be logged in to the server (invalid bearer token");
    }

    @Test
    void kubectlRefusesAServerOfAnotherAuthority() throws Exception {
        new KubeconfigWriter(kubeconfig)
                .write(url("127.0.0.1"), TlsIdentity.generate(List.of()).caPem(), TOKEN);

        assertThat(kubectl("get", "pods").err()).contains("x509");
    }

    @Test
    void kubectlReachesTheServerByEachLoopbackName() throws Exception {
        new KubeconfigWriter(kubeconfig).write(url("localhost"), identity.caPem(), TOKEN);

        assertThat(kubectl("get", "pods").exitCode()).isZero();
    }

    @Test
    void withoutATokenKubectlAsksNobodyForAPassword() throws Exception {
        listener.stop(0);
        serve(KubernetesSurface.builder(Authenticator.none(), PodCatalog.of(ONE))
                .build());
        new KubeconfigWriter(kubeconfig).write(url("127.0.0.1"), identity.caPem(), null);

        Ran ran = kubectl("get", "pods", "-o", "name");

        assertThat(ran.out()).isEqualTo("pod/one\n");
        assertThat(ran.exitCode()).isZero();
    }

    private Ran kubectl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(kubectl, "--request-timeout=20s"));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().put("HOME", folder.toString());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("kubectl ends").isTrue();
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static String findKubectl() {
        for (String entry : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(entry, "kubectl");
            if (!entry.isEmpty() && Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError("kubectl is not on PATH; install it");
        }
        return abort("kubectl is not on PATH");
    }
}
