package io.wsstream.conformance.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecOutcome;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.core.ExecResult;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The library as a user has it: our client runs commands on our server, over TLS with a token. */
class ExecIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int BULK_BYTES = 64 << 20;

    private static ExecServer server;
    private static WsStreamClient client;

    @BeforeAll
    static void start() throws IOException {
        server = ExecServer.start();
        client = server.client();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void stdoutAndStderrComeApart() throws Exception {
        ExecOutcome outcome = run("sh", "-c", "echo out; echo err >&2");

        assertThat(outcome.out()).isEqualTo("out\n");
        assertThat(outcome.err()).isEqualTo("err\n");
        assertThat(outcome.result()).isEqualTo(new ExecResult.Success());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 42, 126, 127, 255})
    void everyExitCodeComesAsItIs(int code) throws Exception {
        ExecOutcome outcome = run("sh", "-c", "exit " + code);

        assertThat(outcome.result().exitCode()).hasValue(code);
        assertThat(outcome.result().isSuccess()).isEqualTo(code == 0);
    }

    @Test
    void aProgramKilledBySignalHas128AndItsNumber() throws Exception {
        assertThat(run("sh", "-c", "kill -9 $$").result().exitCode()).hasValue(137);
    }

    @Test
    void aCommandThatIsNotFoundHasOneLineAnd127() throws Exception {
        ExecOutcome outcome = run("no-such-command");

        assertThat(outcome.result().exitCode()).hasValue(127);
        assertThat(outcome.err()).contains("no-such-command").hasLineCount(1);
    }

    @Test
    void aCommandThatIsNotExecutableHasOneLineAnd126() throws Exception {
        ExecOutcome outcome = run("/etc/passwd");

        assertThat(outcome.result().exitCode()).hasValue(126);
        assertThat(outcome.err()).contains("/etc/passwd").hasLineCount(1);
    }

    @Test
    void argumentsArriveAsTheyAre() throws Exception {
        ExecOutcome outcome = run("printf", "%s|", "a b", "ü€", "two\nlines", "", "a+b%20c&d=e#f;g");

        assertThat(outcome.out()).isEqualTo("a b|ü€|two\nlines||a+b%20c&d=e#f;g|");
    }

    @Test
    void sixtyFourMebibytesGoUp() throws Exception {
        MessageDigest sent = sha256();

        ExecOutcome outcome;
        try (InputStream bulk = new DigestInputStream(bulk(), sent)) {
            outcome = ExecServer.pod(client)
                    .command("sha256sum")
                    .stdin(bulk)
                    .timeout(BOUND)
                    .run();
        }

        assertThat(outcome.out()).startsWith(HexFormat.of().formatHex(sent.digest()));
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V5"})
    void sixtyFourMebibytesComeBack(Subprotocol subprotocol) throws Exception {
        MessageDigest sent = sha256();
        MessageDigest received = sha256();

        ExecResult result;
        try (WsStreamClient speaker = server.client(ClientSettings.defaults().withOffer(subprotocol));
                InputStream bulk = new DigestInputStream(bulk(), sent);
                ExecSession session = ExecServer.pod(speaker)
                        .command("cat")
                        .stdin(bulk)
                        .timeout(BOUND)
                        .start()) {
            byte[] buffer = new byte[64 << 10];
            InputStream out = session.stdout();
            for (int n = out.read(buffer); n >= 0; n = out.read(buffer)) {
                received.update(buffer, 0, n);
            }
            result = session.await(BOUND);
        }

        assertThat(result).isEqualTo(new ExecResult.Success());
        assertThat(received.digest()).isEqualTo(sent.digest());
    }

    @Test
    void closingStdinEndsTheInputAndNothingElse() throws Exception {
        ExecOutcome outcome = ExecServer.pod(client)
                .command("sh", "-c", "cat; echo after; exit 5")
                .stdin("before\n".getBytes(UTF_8))
                .timeout(BOUND)
                .run();

        assertThat(outcome.out()).isEqualTo("before\nafter\n");
        assertThat(outcome.result().exitCode()).hasValue(5);
    }

    @Test
    void theTerminalHasItsSizeRightAtTheStartAndAfterEachResize() throws Exception {
        try (ExecSession session = ExecServer.pod(client)
                .command("sh", "-c", "stty size; read a; stty size; read b; stty size; tty")
                .tty(new TerminalSize(99, 33))
                .timeout(BOUND)
                .start()) {
            readUntil(session.stdout(), "33 99");
            session.resize(new TerminalSize(120, 40));
            session.stdin().write('\r');
            readUntil(session.stdout(), "40 120");
            session.resize(new TerminalSize(80, 24));
            session.stdin().write('\r');
            readUntil(session.stdout(), "24 80");
            readUntil(session.stdout(), "/dev/pts/");

            assertThat(session.await(BOUND)).isEqualTo(new ExecResult.Success());
        }
    }

    @Test
    void controlCInterruptsTheProgramOnTheTerminal() throws Exception {
        try (ExecSession session = ExecServer.pod(client)
                .command("sh", "-c", "echo ready; exec sleep 1000")
                .tty(new TerminalSize(80, 24))
                .timeout(BOUND)
                .start()) {
            readUntil(session.stdout(), "ready");
            session.stdin().write(3);

            assertThat(session.await(BOUND).exitCode()).hasValue(130);
        }
    }

    @Test
    void thePodTheContainerAndTheNamespaceMustExist() {
        assertThatThrownBy(() -> client.pod("nosuch").command("true").run())
                .isInstanceOfSatisfying(HandshakeException.class, refused -> {
                    assertThat(refused.httpStatus()).isEqualTo(404);
                    assertThat(refused).hasMessageContaining("pods \"nosuch\" not found");
                });
        assertThatThrownBy(() ->
                        client.pod("local").container("nosuch").command("true").run())
                .hasMessageContaining("container nosuch is not valid for pod local");
        assertThatThrownBy(() -> client.pod("nosuch", "local").command("true").run())
                .hasMessageContaining("nosuch");
    }

    @Test
    void aWrongTokenGetsNobodyInAndTheRightOneStillDoes() throws Exception {
        try (WsStreamClient stranger = WsStreamClient.of(server.access().token("wrong"))) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(
                                () -> ExecServer.pod(stranger).command("true").run())
                        .isInstanceOfSatisfying(
                                HandshakeException.class,
                                refused -> assertThat(refused.httpStatus()).isEqualTo(401));
                assertThat(run("true").isSuccess()).isTrue();
            }
        }
    }

    @Test
    void aClientThatGoesTakesItsProcessWithIt() throws Exception {
        Leftovers before = Leftovers.now();

        try (ExecSession session = ExecServer.pod(client)
                .command("sh", "-c", "echo started; trap '' HUP; sleep 1000 & sleep 1000")
                .start()) {
            readUntil(session.stdout(), "started");
        }

        before.assertNothingMore();
        assertThat(server.server().liveSessions()).isZero();
    }

    private static ExecOutcome run(String... command) throws IOException, InterruptedException {
        return ExecServer.pod(client).command(command).timeout(BOUND).run();
    }

    static void readUntil(InputStream in, String wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            seen.append((char) next);
            if (seen.indexOf(wanted) >= 0) {
                return;
            }
        }
        throw new AssertionError("expected " + wanted + " but the output was: " + seen);
    }

    private static InputStream bulk() {
        byte[] bytes = new byte[BULK_BYTES];
        new Random(42).nextBytes(bytes);
        return new ByteArrayInputStream(bytes);
    }

    private static MessageDigest sha256() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256");
    }
}
