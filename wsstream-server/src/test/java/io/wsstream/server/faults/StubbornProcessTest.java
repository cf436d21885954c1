package io.wsstream.server.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.pty.KillPolicy;
import io.wsstream.pty.PtySignal;
import io.wsstream.server.ServerLimits;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import io.wsstream.server.tyrus.Leftovers;
import io.wsstream.server.tyrus.LogCapture;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.Servers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands that do not want to end, many at once, whose clients are lost: nothing of their sessions runs on. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StubbornProcessTest {
    private static final int TIMES = Integer.getInteger("wsstream.repeats", 200);
    private static final int AT_ONCE = 50;
    private static final AtomicInteger NAPS = new AtomicInteger();
    private static final Duration BOUND = Duration.ofSeconds(60);

    /** {@code NAP} sleeps for so long that it would be found. */
    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource(delimiterString = " | ", textBlock = """
        ignores every signal       | stdin stdout     | trap '' HUP INT TERM QUIT; echo ready; while :; do NAP; done
        ignores every signal       | stdin stdout tty | trap '' HUP INT TERM QUIT; echo ready; while :; do NAP; done
        forks                      | stdin stdout     | NAP & NAP & echo ready; wait
        forks and ends             | stdin stdout     | NAP & echo ready; cat
        forks deaf ones and ends   | stdin stdout     | (trap '' HUP TERM; NAP) & echo ready; cat
        forks twice and ends       | stdin stdout     | (NAP & NAP &); echo ready; cat
        forks twice, without pipes | stdin stdout     | (NAP >/dev/null 2>&1 &); echo ready; cat
        has jobs that ignore HUP   | stdin stdout tty | set -m; nohup NAP >/dev/null 2>&1 & echo ready; wait
        closes its pipes           | stdin stdout     | echo ready; exec <&- >&- 2>&-; NAP
        closes its terminal        | stdin stdout tty | trap '' HUP; echo ready; exec <&- >&- 2>&-; NAP
        is stopped                 | stdin stdout     | NAP & echo ready; kill -STOP $$
        """)
    void endsWithItsClient(String what, String streams, String script) throws Exception {
        String nap = "sleep 9876" + NAPS.incrementAndGet() + "."
                + ProcessHandle.current().pid();
        String command = script.replace("NAP", nap);
        KillPolicy quick = KillPolicy.kill()
                .then(Duration.ofMillis(50), PtySignal.HUP)
                .then(Duration.ofMillis(50), PtySignal.TERM);
        try (LogCapture log = new LogCapture();
                LocalProcess processes = LocalProcess.builder()
                        .grace(Duration.ofMillis(200))
                        .onClientLost(quick)
                        .firstSize(Duration.ofMillis(10))
                        .build();
                WsStreamServer server = Servers.plain(processes)
                        .limits(ServerLimits.defaults().withMaxSessions(AT_ONCE))
                        .start()) {
            lose(server, streams, "echo ready; cat", 1); // whatever is made once is made now
            Leftovers before = Leftovers.now();

            for (int done = 0; done < TIMES; done += AT_ONCE) {
                lose(server, streams, command, Math.min(AT_ONCE, TIMES - done));
                await().atMost(BOUND)
                        .untilAsserted(() -> assertThat(running(nap)).isEmpty());
            }

            before.assertNothingMoreButSpawners();
            assertThat(log.complaints()).isEmpty();
        }
    }

    private static void lose(WsStreamServer server, String streams, String script, int times) throws IOException {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            clients.add(RawClient.open(server, streams, "sh", "-c", script));
        }
        for (RawClient client : clients) {
            client.readUntil("ready");
        }
        for (RawClient client : clients) {
            client.reset();
        }
        await().atMost(BOUND).until(() -> server.liveSessions() == 0);
    }

    /** The living processes with this command line. */
    private static List<String> running(String commandLine) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(process -> read(process.resolve("cmdline"))
                            .replace('\0', ' ')
                            .strip()
                            .equals(commandLine))
                    .map(process -> read(process.resolve("stat")))
                    .filter(stat -> !stat.isEmpty() && !stat.contains(") Z "))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
