package io.wsstream.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.Subprotocol;
import io.wsstream.server.Access;
import io.wsstream.server.Authenticator;
import io.wsstream.server.Decision;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.exec.ExecRequest;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md 1.6: exec by the paths and the parameters of a kubelet. */
class KubeletPathsTest {
    private static final PodCatalog PODS = PodCatalog.of(Pod.of("one", "main"), Pod.of("two", "a", "b"));

    private final KubernetesSurface surface = KubernetesSurface.builder(Authenticator.bearer(Ask.TOKEN), PODS)
            .kubeletPaths(true)
            .build();

    @Test
    void aKubeletsRequestIsAnExec() {
        ExecRequest exec = Ask.webSocket("/exec/default/two/b?input=1&output=1&error=1&command=sh&command=-c")
                .upgradeOf(surface);

        assertThat(exec.namespace()).isEqualTo("default");
        assertThat(exec.pod()).isEqualTo("two");
        assertThat(exec.container()).isEqualTo("b");
        assertThat(exec.command()).containsExactly("sh", "-c");
        assertThat(exec.stdin() && exec.stdout() && exec.stderr()).isTrue();
        assertThat(exec.tty()).isFalse();
        assertThat(exec.subprotocol()).isEqualTo(Subprotocol.V5);
    }

    @ParameterizedTest
    @CsvSource({
        "1,     true",
        "true,  false",
        "'',    false",
        "0,     false",
        "yes,   false",
        "01,    false",
    })
    void onlyTheDigitOneIsTrue(String value, boolean on) {
        ExecRequest exec = Ask.webSocket("/exec/default/one/main?output=1&command=id&input=" + value)
                .upgradeOf(surface);

        assertThat(exec.stdin()).isEqualTo(on);
    }

    @Test
    void theFirstOfTwoValuesCounts() {
        assertThat(Ask.webSocket("/exec/default/one/main?command=id&output=1&input=0&input=1")
                        .upgradeOf(surface)
                        .stdin())
                .isFalse();
    }

    @Test
    void aTerminalHasNoStderr() {
        ExecRequest exec = Ask.webSocket("/exec/default/one/main?command=id&output=1&error=1&tty=1")
                .upgradeOf(surface);

        assertThat(exec.tty()).isTrue();
        assertThat(exec.stderr()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&stdout=true", "&output=true", "&tty=1", "&tty=1&error=1"})
    void withoutAStreamItIsRefused(String query) throws Exception {
        assertThat(Ask.webSocket("/exec/default/one/main?command=id" + query).refusalOf(surface))
                .startsWith("400 BadRequest: you must specify at least 1 of stdin, stdout, stderr")
                .endsWith("add output=1 to the query");
    }

    @Test
    void thePodsUidMayStandInThePath() throws Exception {
        String uid = Documents.podUid(PODS.list().get(0));

        assertThat(Ask.webSocket("/exec/default/one/" + uid + "/main?command=id&output=1")
                        .upgradeOf(surface)
                        .container())
                .isEqualTo("main");
        assertThat(Ask.webSocket("/exec/default/one/another/main?command=id&output=1")
                        .refusalOf(surface))
                .isEqualTo("404 NotFound: pod does not exist");
    }

    @Test
    void whatDoesNotExistIsRefusedInTheWordsOfAKubelet() throws Exception {
        assertThat(Ask.webSocket("/exec/default/none/main?command=id&output=1").refusalOf(surface))
                .isEqualTo("404 NotFound: pod does not exist");
        assertThat(Ask.webSocket("/exec/default/one/x?command=id&output=1").refusalOf(surface))
                .isEqualTo("404 NotFound: container not found (\"x\")");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/exec", "/exec/default", "/exec/default/one", "/exec/a/b/c/d/e", "/portForward/a"})
    void otherNumbersOfSegmentsAreNoPath(String path) throws Exception {
        assertThat(Ask.webSocket(path + "?command=id&output=1").refusalOf(surface))
                .startsWith("404 NotFound: the server could not find");
    }

    @ParameterizedTest
    @CsvSource({
        "/attach/default/one/main?output=1,  attach",
        "/attach/default/one/uid/main,       attach",
        "/portForward/default/one?port=80,   portforward",
        "/portForward/default/one/uid,       portforward",
        "/containerLogs/default/one/main,    log",
    })
    void whatIsNotServedYetSaysSo(String target, String what) throws Exception {
        assertThat(Ask.webSocket(target).refusalOf(surface))
                .isEqualTo("501 NotImplemented: " + what + " is not served by this server; use exec");
    }

    @Test
    void postIsToldWhatToUse() throws Exception {
        assertThat(Ask.spdy("/exec/default/one/main?command=id&output=1").refusalOf(surface))
                .startsWith("400 BadRequest: SPDY is not served");
        assertThat(Ask.plain("DELETE", "/exec/default/one/main").refusalOf(surface))
                .startsWith("405 ");
    }

    @Test
    void theCallerNeedsWhatExecNeeds() throws Exception {
        KubernetesSurface strict = KubernetesSurface.builder(Authenticator.bearer(Ask.TOKEN), PODS)
                .kubeletPaths(true)
                .authorizer((caller, access) -> CompletableFuture.completedStage(
                        access.equals(new Access("create", "pods", "default", "one", "exec"))
                                ? Decision.deny("no")
                                : Decision.allow()))
                .build();

        assertThat(Ask.webSocket("/exec/default/one/main?command=id&output=1").refusalOf(strict))
                .startsWith("403 Forbidden: pods \"one\" is forbidden");
    }

    @Test
    void byDefaultThereAreNoSuchPaths() throws Exception {
        KubernetesSurface usual =
                KubernetesSurface.builder(Authenticator.bearer(Ask.TOKEN), PODS).build();

        assertThat(Ask.webSocket("/exec/default/one/main?command=id&output=1").refusalOf(usual))
                .startsWith("404 NotFound: the server could not find");
    }
}
