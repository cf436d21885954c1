package io.wsstream.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecOutcome;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.conformance.peers.GorillaServer;
import io.wsstream.core.ExecResult;
import io.wsstream.core.Subprotocol;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client against a v5 server on gorilla/websocket, plain and TLS. */
class GorillaExecIT {
    private static final int BYTES = 64 * 1024 * 1024;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyByteOfALongOutputArrives(boolean tls) throws Exception {
        try (GorillaServer server = start(tls);
                WsStreamClient client = client(server)) {
            long begun = System.nanoTime();
            long count = 0;
            ExecResult result;
            try (ExecSession session = client.pod("ns", "pod")
                    .command("source", Integer.toString(BYTES), "32768")
                    .withoutStdin()
                    .start()) {
                byte[] bytes = new byte[64 * 1024];
                InputStream stdout = session.stdout();
                for (int read = stdout.read(bytes); read >= 0; read = stdout.read(bytes)) {
                    count += read;
                }
                result = session.await(LIMIT);
                assertThat(session.subprotocol()).isEqualTo(Subprotocol.V5);
            }

            assertThat(result).isEqualTo(new ExecResult.Success());
            assertThat(count).isEqualTo(BYTES);
            report("source", tls, begun);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyByteOfALongStdinArrivesBeforeItsEnd(boolean tls) throws Exception {
        try (GorillaServer server = start(tls);
                WsStreamClient client = client(server)) {
            long begun = System.nanoTime();
            ExecOutcome outcome = client.pod("ns", "pod")
                    .command("sink")
                    .stdin(new byte[BYTES])
                    .timeout(LIMIT)
                    .run();

            assertThat(outcome.result()).isEqualTo(new ExecResult.Success());
            assertThat(outcome.out()).contains(Integer.toString(BYTES));
            report("sink", tls, begun);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatGoesThereComesBackUnchanged(boolean tls) throws Exception {
        byte[] input = new byte[BYTES];
        new Random(5).nextBytes(input);
        try (GorillaServer server = start(tls);
                WsStreamClient client = client(server)) {
            ExecOutcome outcome = client.pod("ns", "pod")
                    .command("echo")
                    .stdin(input)
                    .maxCapture(BYTES + 1)
                    .timeout(LIMIT)
                    .run();

            assertThat(outcome.result()).isEqualTo(new ExecResult.Success());
            assertThat(sha256(outcome.stdout())).isEqualTo(sha256(input));
            assertThat(outcome.isTruncated()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneByteThereAndBackAgain(boolean tls) throws Exception {
        try (GorillaServer server = start(tls);
                WsStreamClient client = client(server);
                ExecSession session = client.pod("ns", "pod").command("echo").start()) {
            OutputStream stdin = session.stdin();
            InputStream stdout = session.stdout();
            long begun = 0;
            for (int i = 0; i < 6000; i++) {
                begun = i == 1000 ? System.nanoTime() : begun;
                stdin.write(i & 0x7F);
                assertThat(stdout.read()).isEqualTo(i & 0x7F);
            }
            System.out.printf("echo tls=%s: %.1f us%n", tls, (System.nanoTime() - begun) / 5000e3);
            stdin.close();

            assertThat(session.await(LIMIT)).isEqualTo(new ExecResult.Success());
            assertThat(stdout.read()).isEqualTo(-1);
        }
    }

    private static void report(String what, boolean tls, long begun) {
        System.out.printf("%s tls=%s: %.0f MiB/s%n", what, tls, 64e9 / (System.nanoTime() - begun));
    }

    private static GorillaServer start(boolean tls) throws Exception {
        return tls ? GorillaServer.start("-tls") : GorillaServer.start();
    }

    private static WsStreamClient client(GorillaServer server) {
        URI url = URI.create(server.url("/").toString().replaceFirst("^ws", "http"));
        return WsStreamClient.of(ClusterAccess.url(url).insecureSkipTlsVerify());
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
