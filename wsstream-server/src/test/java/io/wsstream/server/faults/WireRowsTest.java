package io.wsstream.server.faults;

import static io.wsstream.server.tyrus.RawClient.BINARY;
import static io.wsstream.server.tyrus.RawClient.TEXT;
import static io.wsstream.server.tyrus.RawClient.concat;
import static io.wsstream.server.tyrus.RawClient.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wsstream.core.TerminalSize;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import io.wsstream.server.tyrus.Leftovers;
import io.wsstream.server.tyrus.LogCapture;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Ending;
import io.wsstream.server.tyrus.RawClient.Frame;
import io.wsstream.server.tyrus.Servers;
import io.wsstream.server.tyrus.Targets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each row of the vectors that a server can be sent, over a socket of its own into a {@code cat} of its own: refused with
 * its code, or the session goes on to a proper end.
 */
@Timeout(60)
class WireRowsTest {
    private static final String SUCCESS = "{\"metadata\":{},\"status\":\"Success\"}";
    private static final byte[] MARK = {'~'};
    private static final byte[] END_OF_STDIN = frame(BINARY, new byte[] {(byte) 0xFF, 0});

    private static LogCapture log;
    private static LocalProcess processes;
    private static WsStreamServer server;
    private static Leftovers before;

    @BeforeAll
    static void start() throws IOException {
        log = new LogCapture();
        processes = LocalProcess.builder().grace(Duration.ofMillis(200)).build();
        server = Servers.plain(processes).start();
        RawClient.open(server, "stdout", "true").readToEnd(); // whatever is made once is made now
        before = Leftovers.now();
    }

    @AfterAll
    static void nothingIsLeft() {
        try {
            await().atMost(Duration.ofSeconds(10)).until(() -> server.liveSessions() == 0);
            before.assertNothingMoreButSpawners();
            assertThat(log.complaints()).isEmpty();
        } finally {
            server.close();
            processes.close();
            log.close();
        }
    }

    /** The rows of a vector whose bytes go to a server; the others would pass without being looked at. */
    private static Stream<Arguments> rowsForServers(String vector) throws IOException {
        try (InputStream in = Objects.requireNonNull(WireRowsTest.class.getResourceAsStream("/vectors/" + vector))) {
            List<Arguments> rows = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split(",", -1))
                    .filter(row -> List.of(row).contains("server"))
                    .map(row -> Arguments.of((Object[]) row))
                    .toList();
            assertThat(rows).hasSizeGreaterThan(50);
            return rows.stream();
        }
    }

    private static byte[] hex(String digits) {
        return digits.equals("-") ? new byte[0] : HexFormat.of().parseHex(digits);
    }

    // ---- frames

    static Stream<Arguments> frames() throws IOException {
        return rowsForServers("frames.csv");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("frames")
    void framesAreTakenOrRefusedAsTheirRowSays(String id, String section, String role, String hex, String expectation)
            throws Exception {
        List<String> events = List.of(expectation.split("; ", -1));
        String[] last = events.get(events.size() - 1).split(" ", 3);
        try (RawClient client = RawClient.open(server, "stdin stdout", "cat")) {
            client.write(hex(hex));
            switch (last[0]) {
                case "reject" -> assertRefused(client, Integer.parseInt(last[1]));
                case "close" -> assertClosed(client, Integer.parseInt(last[1]));
                case "-" -> assertWaiting(client);
                default -> assertGoesOn(client, echoed(events), pings(events));
            }
        }
    }

    /** As a client does that waits, as it should, for the server to end TCP. */
    private static void assertRefused(RawClient client, int code) {
        Ending ending = client.readToEnd();

        assertThat(ending.closeCodes()).containsExactly(code);
        assertThat(ending.statuses()).isEmpty();
        assertThat(ending.anythingAfterClose()).isFalse();
        assertThat(ending.failure()).isNull();
    }

    private static void assertClosed(RawClient client, int code) {
        Ending ending = client.readToEnd(answer -> {});

        assertThat(ending.closeCodes()).containsExactly(code);
        assertThat(ending.statuses()).isEmpty();
        assertThat(ending.anythingAfterClose()).isFalse();
        assertThat(ending.failure()).isNull();
    }

    private static void assertWaiting(RawClient client) throws IOException {
        assertThat(client.readFrame().channel()).isEqualTo(1);
        client.timeout(200);

        assertThatThrownBy(client::readFrame).isInstanceOf(SocketTimeoutException.class);
    }

    private static void assertGoesOn(RawClient client, byte[] echoed, List<String> pings) throws IOException {
        client.write(RawClient.message(0, MARK)).write(END_OF_STDIN);
        List<String> pongs = new ArrayList<>();

        Ending ending = client.readToEnd(answer -> {
            if (answer.opcode() == RawClient.PONG) {
                pongs.add(HexFormat.of().formatHex(answer.payload()));
            } else if (answer.opcode() == RawClient.CLOSE) {
                client.write(RawClient.closeFrame(1000));
            }
        });

        assertThat(ending.stdout()).isEqualTo(concat(echoed, MARK));
        assertThat(pongs).isEqualTo(pings);
        assertThat(ending.status()).isEqualTo(SUCCESS);
        assertThat(ending.closeCodes()).containsExactly(1000);
        assertThat(ending.failure()).isNull();
    }

    /** What {@code cat} gets of the messages: those of channel 0. */
    private static byte[] echoed(List<String> events) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (String event : events) {
            String[] words = event.split(" ", 2);
            if (Set.of("whole", "first", "middle", "last").contains(words[0])) {
                message.writeBytes(hex(words[1]));
                if (words[0].equals("whole") || words[0].equals("last")) {
                    byte[] bytes = message.toByteArray();
                    message.reset();
                    if (bytes.length > 0 && bytes[0] == 0) {
                        all.write(bytes, 1, bytes.length - 1);
                    }
                }
            }
        }
        return all.toByteArray();
    }

    private static List<String> pings(List<String> events) {
        return events.stream()
                .filter(event -> event.startsWith("ping "))
                .map(event -> event.substring(5).replace("-", ""))
                .toList();
    }

    // ---- messages

    /** Without v2 and v3, which no server speaks. */
    static Stream<Arguments> messages() throws IOException {
        return rowsForServers("channel-messages.csv")
                .filter(row -> !row.get()[2].toString().matches("v[23]\\..*"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void messagesAreTakenOrRefusedAsTheirRowSays(
            String id, String section, String subprotocol, String role, String message, String expectation)
            throws Exception {
        boolean base64 = subprotocol.contains("base64");
        String[] words = expectation.split(" ", 3);
        try (RawClient client = RawClient.connect(server)) {
            client.write(RawClient.upgrade(server, subprotocol.replaceFirst("^-$", ""), "stdin stdout", "cat"));
            assertThat(client.readResponse().status()).isEqualTo(101);
            client.write(fragments(message));
            if (words[0].equals("reject")) {
                assertRefused(client, Integer.parseInt(words[1]));
            } else if (expectation.equals("close 0")) {
                client.write(RawClient.message(0, "nobody reads this"));
                Ending ending = client.readToEnd();
                assertThat(ending.stdout()).isEmpty();
                assertThat(ending.status()).isEqualTo(SUCCESS);
            } else {
                byte[] echoed = expectation.startsWith("data 0 ") ? hex(words[2]) : new byte[0];
                client.write(base64 ? frame(TEXT, text("0", MARK)) : RawClient.message(0, MARK));
                assertThat(readStdout(client, echoed.length + 1, base64)).isEqualTo(concat(echoed, MARK));
                client.write(RawClient.closeFrame(1000));
                assertClosed(client, 1000);
            }
        }
    }

    private static byte[] fragments(String message) {
        boolean text = message.startsWith("text ");
        String[] parts = message.substring(message.indexOf(' ') + 1).split("\\|", -1);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < parts.length; i++) {
            byte[] part = text && !parts[i].equals("-") ? parts[i].getBytes(StandardCharsets.UTF_8) : hex(parts[i]);
            int opcode = i > 0 ? 0 : text ? TEXT : BINARY;
            frames.writeBytes(frame(opcode | (i == parts.length - 1 ? 0x80 : 0), true, part));
        }
        return frames.toByteArray();
    }

    private static byte[] text(String channel, byte[] payload) {
        return (channel + Base64.getEncoder().encodeToString(payload)).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] readStdout(RawClient client, int count, boolean base64) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < count) {
            Frame next = client.readFrame();
            assertThat(next.opcode()).isEqualTo(base64 ? TEXT : BINARY);
            assertThat(next.channel()).isEqualTo(base64 ? '1' : 1);
            all.writeBytes(base64 ? Base64.getDecoder().decode(next.data()) : next.data());
        }
        return all.toByteArray();
    }

    // ---- several messages, one after the other

    /** Messages in hex on v5, {@code t} before one makes it text; then what comes out of the command. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        5.3 text where binary is usual       | stdin stdout | t0061 ff00                         | cat      | a
        5.3 CLOSE as text                    | stdin stdout | 0061 tff00                         | cat      | a
        5.4 messages without a byte          | stdin stdout | - 0061 - t- 0062 - ff00            | cat      | ab
        5.4 a channel without a byte         | stdin stdout | 00 0061 00 00 0062 ff00            | cat      | ab
        5.4 stdin that nobody asked for      | stdout       | 0061 00 ff00 0062                  | echo out | out
        5.4 what only the server writes      | stdin stdout | 0161 0261 0361 0061 ff00           | cat      | a
        5.4 channels that do not exist       | stdin stdout | 0561 8061 fe61 0061 ff00           | cat      | a
        6.4 sizes without a terminal         | stdin stdout | 047b7d 047b7d 047b7d 047b7d 0061 ff00 | cat   | a
        6.4 sizes that are none, and more    | stdin stdout | 047878 047b7d 047878 0061 ff00     | cat      | a
        6.4 sizes on channel 3               | stdin stdout | 037b7d 037b7d 0061 ff00            | cat      | a
        7 CLOSE twice                        | stdin stdout | 0061 ff00 ff00 ff00                | cat      | a
        7 data after CLOSE                   | stdin stdout | 0061 ff00 0062 0063                | cat      | a
        7 CLOSE of stdout                    | stdin stdout | ff01 0061 ff00                     | cat      | a
        7 CLOSE of stderr                    | stdin stdout | ff02 0061 ff00                     | cat      | a
        7 CLOSE of the status                | stdin stdout | ff03 0061 ff00                     | cat      | a
        7 sizes after CLOSE of their channel | stdin stdout | ff04 047b7d 047b7d 0061 ff00       | cat      | a
        7 CLOSE of everything                | stdin stdout | 0061 ff04 ff03 ff02 ff01 ff00      | cat      | a
        7 CLOSE of stdin that nobody asked for | stdout     | ff00 ff00                          | echo out | out
        """)
    void oddMessagesChangeNothing(String rule, String streams, String messages, String command, String out)
            throws Exception {
        try (RawClient client = RawClient.open(server, streams, command.split(" ", -1))) {
            for (String message : messages.split(" ", -1)) {
                boolean text = message.startsWith("t");
                client.write(frame(text ? TEXT : BINARY, hex(text ? message.substring(1) : message)));
            }

            Ending ending = client.readToEnd();

            assertThat(ending.stdoutText().strip()).isEqualTo(out);
            assertThat(ending.status()).isEqualTo(SUCCESS);
            assertThat(ending.statusLast()).isTrue();
            assertThat(ending.closeCodes()).containsExactly(1000);
            assertThat(ending.failure()).isNull();
        }
    }

    // ---- sizes

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/resize.csv", numLinesToSkip = 1, ignoreLeadingAndTrailingWhitespace = false)
    void sizesAreToldAsTheirRowSaysAndTheSessionGoesOn(String id, String section, String messages, String expectation)
            throws Exception {
        List<TerminalSize> told = new CopyOnWriteArrayList<>();
        try (WsStreamServer recording = Servers.plain(session -> session.start(new Targets.Echo(session) {
                            @Override
                            public void onResize(TerminalSize size) {
                                told.add(size);
                            }
                        }))
                        .start();
                RawClient client = RawClient.open(recording, "stdin stdout tty", "x")) {
            for (String message : messages.split("\\|", -1)) {
                client.write(RawClient.message(4, unescaped(message)));
            }
            client.stdin("still here").endStdin();

            Ending ending = client.readToEnd();

            assertThat(ending.stdoutText()).isEqualTo("still here");
            assertThat(ending.status()).isEqualTo(SUCCESS);
            assertThat(told.stream().map(size -> size.columns() + "x" + size.rows()))
                    .containsExactlyElementsOf(Arrays.stream(expectation.split(" ", -1))
                            .filter(word -> !word.equals("end"))
                            .toList());
        }
    }

    private static String unescaped(String message) {
        return message.equals("-")
                ? ""
                : message.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
    }
}
