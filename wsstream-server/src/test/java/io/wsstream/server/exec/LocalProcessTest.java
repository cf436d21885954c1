package io.wsstream.server.exec;

import static io.wsstream.server.tyrus.RawClient.frame;
import static io.wsstream.server.tyrus.RawClient.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.pty.KillPolicy;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.tyrus.Leftovers;
import io.wsstream.server.tyrus.LogCapture;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Ending;
import io.wsstream.server.tyrus.Servers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes of this host behind sessions: terminals, environment, and what becomes of them when the client goes. */
@Timeout(60)
class LocalProcessTest {
    private static final String SUCCESS = "{\"metadata\":{},\"status\":\"Success\"}";
    private static final String ON_TTY = "stdin stdout tty";

    private static LocalProcess.Builder quick() {
        return LocalProcess.builder().grace(Duration.ofMillis(300)).onClientLost(KillPolicy.polite());
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    // ---- terminals

    @Test
    void aTerminalHasItsFirstSizeBeforeTheProgramStarts() throws Exception {
        try (LocalProcess processes =
                        LocalProcess.builder().firstSize(Duration.ofSeconds(20)).build();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(server, ON_TTY, "stty", "size")) {
            client.resize(4, 123, 45);

            Ending ending = client.readToEnd();

            assertThat(ending.stdoutText()).isEqualTo("45 123\r\n");
            assertThat(ending.status()).isEqualTo(SUCCESS);
        }
    }

    @Test
    void aTerminalWithoutASizeIs80By24AfterAWhile() throws Exception {
        try (LocalProcess processes =
                        LocalProcess.builder().firstSize(Duration.ofMillis(50)).build();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(server, ON_TTY, "stty", "size")) {
            assertThat(client.readToEnd().stdoutText()).isEqualTo("24 80\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void aTerminalIsResizedOnChannel4AndOnChannel3AndNeverToNothing(int channel) throws Exception {
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(
                        server, ON_TTY, "sh", "-c", "stty -echo; echo ready; while read x; do stty size; done")) {
            client.resize(channel, 80, 24);
            client.readUntil("ready");

            client.resize(channel, 99, 33).stdin("a\n");
            assertThat(client.readUntil("\n")).isEqualTo("33 99\r\n");
            client.resize(channel, 0, 0).resize(channel, 50, 0).stdin("b\n");

            assertThat(client.readUntil("\n")).isEqualTo("33 99\r\n");
        }
    }

    @Test
    void aProcessSeesTheNamedVariablesOnlyAndTermOnATerminalOnly() throws Exception {
        try (LocalProcess processes =
                        LocalProcess.builder().environment("MINE", "yes").build();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient onPipes = RawClient.open(server, "stdout", "env");
                RawClient onTty = RawClient.open(server, ON_TTY, "env")) {
            List<String> pipes = names(onPipes.readToEnd().stdoutText());
            List<String> tty = names(onTty.readToEnd().stdoutText());

            assertThat(pipes).contains("PATH", "MINE").doesNotContain("TERM");
            assertThat(pipes).allMatch(name -> name.matches("PATH|HOME|USER|LANG|LC_.*|TZ|MINE"));
            assertThat(tty).contains("TERM", "MINE");
            assertThat(tty).allMatch(name -> name.matches("PATH|HOME|USER|LANG|LC_.*|TZ|MINE|TERM"));
        }
    }

    private static List<String> names(String environment) {
        return Arrays.stream(environment.split("\r?\n", -1))
                .filter(line -> !line.isEmpty())
                .map(line -> line.substring(0, line.indexOf('=')))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"/no/such/program,127", "/etc/passwd,126"})
    void aCommandThatCannotStartIsOneLineAndAnExitCode(String program, int code) throws Exception {
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient onPipes = RawClient.open(server, "stdout stderr", program);
                RawClient onTty = RawClient.open(server, ON_TTY, program)) {
            Ending pipes = onPipes.readToEnd();
            Ending tty = onTty.readToEnd();

            assertThat(pipes.stdout()).isEmpty();
            assertThat(pipes.stderrText()).contains(program).endsWith("\n").doesNotContain("\r");
            assertThat(tty.stdoutText()).contains(program).endsWith("\r\n");
            assertThat(pipes.status()).contains("exit status " + code);
            assertThat(tty.status()).contains("exit status " + code);
        }
    }

    // ---- the client goes

    /** How a client can go. */
    enum Exit {
        CLOSE,
        FIN,
        RST
    }

    private static void leave(RawClient client, Exit exit) throws Exception {
        switch (exit) {
            case CLOSE -> client.write(RawClient.closeFrame(1000));
            case FIN -> client.shutdownOutput();
            case RST -> client.reset();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CLOSE,stdin stdout", "FIN,stdin stdout", "RST,stdin stdout",
        "CLOSE,stdin stdout tty", "FIN,stdin stdout tty", "RST,stdin stdout tty"
    })
    void aClientThatGoesTakesItsProcessWithItAndNothingStays(Exit exit, String streams) throws Exception {
        try (LocalProcess processes = quick().build();
                WsStreamServer server = Servers.plain(processes).start()) {
            RawClient.open(server, streams, "true").readToEnd(); // whatever is made once is made now
            await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);
            Leftovers before = Leftovers.now();
            try (RawClient client = RawClient.open(
                    server, streams, "sh", "-c", "trap '' HUP INT; echo pid $$ .; exec 0<&-; exec sleep 1000")) {
                String line = client.readUntil(".");
                long pid = Long.parseLong(line.replaceAll("(?s).*pid (\\d+) .*", "$1"));
                assertThat(alive(pid)).isTrue();

                leave(client, exit);

                await().atMost(Duration.ofSeconds(30)).until(() -> !alive(pid));
                await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);
            }
            before.assertNothingMoreButSpawners();
        }
    }

    @Test
    void aProcessOnPipesMayFinishWithWhatItWasGivenWhenItsClientGoes(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("upload");
        byte[] chunk = new byte[32 * 1024];
        Arrays.fill(chunk, (byte) 7);
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client =
                        RawClient.open(server, "stdin", "sh", "-c", "cat > " + file + "; touch " + file + ".done")) {
            for (int i = 0; i < 64; i++) {
                client.write(message(0, chunk));
            }
            client.write(RawClient.closeFrame(1000));

            await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(directory.resolve("upload.done")));
            assertThat(Files.size(file)).isEqualTo(64L * chunk.length);
            await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CLOSE", "RST"})
    void aLineThatWasTypedHalfwayIsNotRunWhenTheClientGoes(Exit exit, @TempDir Path directory) throws Exception {
        Path file = directory.resolve("typed");
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(
                        server,
                        ON_TTY,
                        "sh",
                        "-c",
                        "trap '' HUP; echo ready.; read line; test -n \"$line\" && touch " + file)) {
            client.readUntil("ready.");
            client.stdin("half a li");
            client.readUntil("half a li"); // the echo

            leave(client, exit);

            await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0);
            assertThat(file).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 60_000})
    void aFrameThatIsCutOffLeavesNothingBehind(int size, @TempDir Path directory) throws Exception {
        Path file = directory.resolve("in");
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(
                        server, "stdin stdout", "sh", "-c", "cat > " + file + "; mv " + file + " " + file + "2")) {
            byte[] whole = message(0, new byte[size]);
            client.write(message(0, "before"));
            client.write(Arrays.copyOf(whole, whole.length - 1));
            client.reset();

            await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(directory.resolve("in2")));
            assertThat(Files.readString(directory.resolve("in2"))).isIn("before", "");
            await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);
        }
    }

    @Test
    void aProcessThatIsToBeKeptIsKeptAndItsSessionIsNot(@TempDir Path directory) throws Exception {
        Path go = directory.resolve("go");
        Path done = directory.resolve("done");
        try (LocalProcess processes = LocalProcess.builder().keepOnClientLost().build();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(
                        server,
                        "stdout",
                        "sh",
                        "-c",
                        "echo pid $$ .; while ! test -e " + go + "; do echo something; sleep 0.02; done; touch "
                                + done)) {
            long pid = Long.parseLong(client.readUntil(".").replaceAll("(?s).*pid (\\d+) .*", "$1"));

            client.reset();

            await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);
            assertThat(alive(pid)).isTrue();
            Files.createFile(go);
            await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(done));
        }
    }

    @Test
    void whatWaitsToBeStartedIsToldWhenTheTargetCloses() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        LocalProcess processes = LocalProcess.create();
        try (WsStreamServer server = Servers.plain(processes).start()) {
            for (int i = 0; i < 60; i++) {
                clients.add(RawClient.connect(server)
                        .write(RawClient.upgrade(server, RawClient.V5, "stdout", "sleep", "1000")));
            }
            clients.get(59).readResponse();

            processes.close();

            await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0 || answerAll(clients));
            await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
            processes.close();
        }
    }

    private static boolean answerAll(List<RawClient> clients) throws Exception {
        for (RawClient client : clients) {
            client.write(RawClient.closeFrame(1000));
        }
        return true;
    }

    // ---- broken frames

    @ParameterizedTest
    @CsvSource({
        "unmasked, 82020061, 1002",
        "reserved bits, C28211223344, 1002",
        "reserved opcode, 8380 11223344, 1002",
        "oversize, 82FF0000000010000000 11223344, 1009",
        "CLOSE without a channel, 828111223344EE, 1002",
        "CLOSE with two channels, 828311223344EE2233, 1002",
        "close code 1005, 888211223344 12CF, 1002",
        "half a close code, 888111223344 12, 1002",
        "fragmented ping, 0980 11223344, 1002"
    })
    void aBrokenFrameEndsTheSessionWithItsCodeAndNoStatus(String what, String hex, int code) throws Exception {
        try (LogCapture log = new LogCapture();
                LocalProcess processes = quick().build();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client = RawClient.open(server, "stdin stdout", "cat")) {
            client.stdin("hi");
            client.readUntil("hi");

            client.write(HexFormat.of().parseHex(hex.replace(" ", "")));

            RawClient.Frame end = client.readFrame();
            assertThat(end.opcode()).as(what).isEqualTo(RawClient.CLOSE);
            assertThat(end.closeCode()).as(what).isEqualTo(code);
            client.write(RawClient.closeFrame(code));
            client.shutdownOutput();
            assertThat(client.readsEnd()).isTrue();
            await().atMost(Duration.ofSeconds(30)).until(() -> server.liveSessions() == 0);
            assertThat(log.complaints()).isEmpty();
        }
    }

    @Test
    void afterABrokenFrameNothingOfTheSameReadReachesTheProcess(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("in");
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = Servers.plain(processes).start();
                RawClient client =
                        RawClient.open(server, "stdin", "sh", "-c", "cat > " + file + "; touch " + file + "2")) {
            client.write(
                    RawClient.concat(message(0, "good"), frame(0x82, false, new byte[] {0, 'b'}), message(0, "after")));

            await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(directory.resolve("in2")));
            assertThat(Files.readString(file)).isEqualTo("good");
        }
    }
}
