package io.wsstream.conformance.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecOutcome;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.exec.HalfCloseUnsupportedException;
import io.wsstream.client.exec.WithoutHalfClose;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.WsTimeoutException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of stdin where the subprotocol has no word for it, by both policies; and on v5, where it has. */
@Timeout(60)
class StdinEndIT {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static LocalServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new LocalServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void onV5ThePolicyDoesNotMatter() throws Exception {
        for (WithoutHalfClose policy : WithoutHalfClose.values()) {
            try (WsStreamClient client = server.client(Subprotocol.V5)) {
                ExecOutcome outcome = client.pod("p")
                        .command("sh", "-c", "cat; echo end")
                        .stdin("x\n".getBytes(UTF_8))
                        .withoutHalfClose(policy)
                        .timeout(BOUND)
                        .run();

                assertThat(outcome.out()).isEqualTo("x\nend\n");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V1", "BASE64", "V4", "V4_BASE64"})
    void refuseFailsBeforeAByteOfAGivenStdinIsSent(Subprotocol subprotocol) throws Exception {
        byte[] unread = {1, 2, 3};
        InputStream source = new ByteArrayInputStream(unread);
        try (WsStreamClient client = server.client(subprotocol)) {
            assertThatThrownBy(
                            () -> client.pod("p").command("cat").stdin(source).run())
                    .isInstanceOf(HalfCloseUnsupportedException.class)
                    .hasMessageContaining("cannot be told on " + subprotocol.wireName())
                    .hasMessageContaining("WithoutHalfClose.LEAVE_OPEN");
        }

        assertThat(source.available()).isEqualTo(unread.length);
        await().atMost(Duration.ofSeconds(20)).until(() -> server.liveSessions() == 0);
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V1", "BASE64", "V4", "V4_BASE64"})
    void refuseMakesCloseFailAndStdinStaysUsable(Subprotocol subprotocol) throws Exception {
        try (WsStreamClient client = server.client(subprotocol);
                ExecSession session = client.pod("p")
                        .command("sh", "-c", "read a; echo got $a")
                        .timeout(BOUND)
                        .start()) {
            OutputStream stdin = session.stdin();
            assertThatThrownBy(stdin::close).isInstanceOf(HalfCloseUnsupportedException.class);

            stdin.write("word\n".getBytes(UTF_8));
            assertThat(new String(session.stdout().readAllBytes(), UTF_8)).isEqualTo("got word\n");
            assertThat(session.await(BOUND).isSuccess()).isTrue();

            stdin.close(); // The session is over: nothing is left to be told.
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V1", "BASE64", "V4", "V4_BASE64"})
    void leaveOpenSuitsACommandThatEndsByItself(Subprotocol subprotocol) throws Exception {
        byte[] input = new byte[100_000];
        new Random(3).nextBytes(input);
        try (WsStreamClient client = server.client(subprotocol)) {
            ExecOutcome outcome = client.pod("p")
                    .command("head", "-c", Integer.toString(input.length))
                    .stdin(input)
                    .withoutHalfClose(WithoutHalfClose.LEAVE_OPEN)
                    .timeout(BOUND)
                    .run();

            assertThat(outcome.isSuccess()).isTrue();
            assertThat(outcome.stdout()).isEqualTo(input);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V1", "BASE64", "V4", "V4_BASE64"})
    void leaveOpenLeavesACommandWaitingThatReadsToTheEnd(Subprotocol subprotocol) throws Exception {
        try (WsStreamClient client = server.client(subprotocol);
                ExecSession session = client.pod("p")
                        .command("cat")
                        .withoutHalfClose(WithoutHalfClose.LEAVE_OPEN)
                        .timeout(BOUND)
                        .start()) {
            OutputStream stdin = session.stdin();
            stdin.write("x".getBytes(UTF_8));
            assertThat(session.stdout().read()).isEqualTo('x');

            stdin.close();

            assertThatThrownBy(() -> stdin.write('y')).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> session.await(Duration.ofMillis(500))).isInstanceOf(WsTimeoutException.class);
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> server.liveSessions() == 0);
    }
}
