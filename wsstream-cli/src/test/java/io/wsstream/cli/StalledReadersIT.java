package io.wsstream.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.client.kubeconfig.ClusterAccess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for endless output and read none of it, over TLS: what each costs the server. */
class StalledReadersIT {
    private static final int READERS = 20;
    private static final long MOST_BYTES_EACH = 1 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path home;

    @Test
    void twentyCostTheServerAtMostAMebibyteEach() throws Exception {
        List<SSLSocket> readers = new ArrayList<>();
        try (Program.Running running = ServeProcess.program(
                        home, List.of("--kubeconfig", home.resolve("kubeconfig").toString()))
                .env("WSSTREAM_OPTS", "-Xms64m -Xmx64m -XX:+AlwaysPreTouch")
                .start()) {
            URI server =
                    URI.create(running.awaitLines(2, ServeProcess.START).get(0).substring("listening on ".length()));
            ClusterAccess access = ClusterAccess.kubeconfig(home.resolve("kubeconfig"));
            ProcessHandle process = running.handle();
            for (int i = 0; i < READERS; i++) { // what the first sessions load and compile is nobody's
                open(server, access, "true").close();
            }
            Awaitility.await("the end of what was run first")
                    .atMost(LIMIT)
                    .until(() -> Processes.below(process).isEmpty());
            long before = Holds.now(process).rssBytes();

            for (int i = 0; i < READERS; i++) {
                readers.add(open(server, access, "yes"));
            }
            awaitStandstill(process);

            long each = (Holds.now(process).rssBytes() - before) / READERS;
            System.out.println("stalled readers: " + each / 1024 + " KiB each");
            assertThat(Processes.below(process)).as("they wait, and live").hasSizeGreaterThanOrEqualTo(READERS);
            assertThat(each).isLessThanOrEqualTo(MOST_BYTES_EACH);
        } finally {
            for (SSLSocket reader : readers) {
                reader.close();
            }
        }
    }

    /** Waits until the server has written nothing for a while. */
    private static void awaitStandstill(ProcessHandle process) {
        Awaitility.await("the standstill of " + process)
                .atMost(LIMIT)
                .during(Duration.ofSeconds(2))
                .pollInterval(Duration.ofMillis(500))
                .until(new Callable<Boolean>() {
                    private long before = -1;

                    @Override
                    public Boolean call() throws IOException {
                        long now = Holds.writtenBytes(process);
                        boolean still = now - before < 4096;
                        before = now;
                        return still;
                    }
                });
    }

    private static SSLSocket open(URI server, ClusterAccess access, String command) throws IOException {
        SSLSocket socket = (SSLSocket) access.tls().getSocketFactory().createSocket(server.getHost(), server.getPort());
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.getOutputStream().write(RawRequest.exec(server, access.authorization(), command));
        String answer = new String(socket.getInputStream().readNBytes(12), US_ASCII);
        assertThat(answer).isEqualTo("HTTP/1.1 101");
        return socket;
    }
}
