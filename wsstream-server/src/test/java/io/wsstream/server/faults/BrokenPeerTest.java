package io.wsstream.server.faults;

import static io.wsstream.server.tyrus.RawClient.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.pty.KillPolicy;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import io.wsstream.server.tyrus.Leftovers;
import io.wsstream.server.tyrus.LogCapture;
import io.wsstream.server.tyrus.Procfs;
import io.wsstream.server.tyrus.RawClient;
import io.wsstream.server.tyrus.RawClient.Ending;
import io.wsstream.server.tyrus.RawClient.Frame;
import io.wsstream.server.tyrus.Servers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that break in every way, many times over: nothing of them stays, the log says once what happened, and the
 * session beside them is not harmed.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class BrokenPeerTest {
    private static final int TIMES = Integer.getInteger("wsstream.repeats", 200);
    private static final int AT_ONCE = 100;
    private static final int WARM_UP = 20;
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final long HEAP_GROWTH = 4L << 20;
    private static final Pattern ENDED = Pattern.compile("DEBUG .*WsStreamServer - session (\\S+): (?!exec in )(.*)");
    private static final String RUN_ON = "cat";
    private static final String FLOOD = "yes";

    /** How a client breaks. Those that stay are closed by the test once the server has given them up. */
    enum Fault {
        RESET(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.reset();
            }
        },
        END(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.shutdownOutput();
            }
        },
        RESET_INSIDE_A_HEADER(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.write(Arrays.copyOf(message(0, new byte[70_000]), 5)).reset();
            }
        },
        END_INSIDE_A_FRAME(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.write(Arrays.copyOf(message(0, new byte[70_000]), 35_000))
                        .shutdownOutput();
            }
        },
        RESET_BEFORE_THE_STATUS(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.endStdin().reset();
            }
        },
        END_BEFORE_THE_STATUS(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.endStdin().shutdownOutput();
            }
        },
        RESET_AFTER_THE_STATUS(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.endStdin().readData(3);
                client.reset();
            }
        },
        END_AFTER_THE_STATUS(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.endStdin().readData(3);
                client.shutdownOutput();
            }
        },
        NO_ANSWER_TO_THE_CLOSE(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.endStdin();
            }
        },
        CLOSE_WITH_HALF_A_CODE(RUN_ON) {
            @Override
            void happen(RawClient client) throws IOException {
                client.write(RawClient.frame(RawClient.CLOSE, new byte[] {3}));
            }
        },
        SILENCE(RUN_ON) {
            @Override
            void happen(RawClient client) {}
        },
        RESET_OF_A_READER_THAT_DOES_NOT_READ(FLOOD) {
            @Override
            void happen(RawClient client) throws IOException {
                client.reset();
            }
        },
        END_OF_A_READER_THAT_DOES_NOT_READ(FLOOD) {
            @Override
            void happen(RawClient client) throws IOException {
                client.shutdownOutput();
            }
        },
        CLOSE_OF_A_READER_THAT_DOES_NOT_READ(FLOOD) {
            @Override
            void happen(RawClient client) throws IOException {
                client.write(RawClient.closeFrame(1000));
            }
        },
        READER_THAT_DOES_NOT_READ_FOR_TOO_LONG(FLOOD) {
            @Override
            void happen(RawClient client) {}
        };

        private final String command;

        /** Bounds that are short, where they are what ends the session. */
        WebSocketSettings bounds() {
            return new WebSocketSettings(
                    1 << 20,
                    256 * 1024,
                    128 * 1024,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(this == SILENCE ? 3 : 60),
                    Duration.ZERO,
                    Duration.ofSeconds(this == READER_THAT_DOES_NOT_READ_FOR_TOO_LONG ? 4 : 600),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(10));
        }

        Fault(String command) {
            this.command = command;
        }

        abstract void happen(RawClient client) throws IOException;
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " | ", textBlock = """
        RESET                                  | stdin stdout     | the connection was lost without a Close frame.*
        RESET                                  | stdin stdout tty | the connection was lost without a Close frame.*
        END                                    | stdin stdout     | the connection was lost without a Close frame.*
        END                                    | stdin stdout tty | the connection was lost without a Close frame.*
        RESET_INSIDE_A_HEADER                  | stdin stdout     | the connection was lost without a Close frame.*
        END_INSIDE_A_FRAME                     | stdin stdout     | the connection was lost without a Close frame.*
        RESET_BEFORE_THE_STATUS                | stdin stdout     | exited with 0|the connection was lost.*
        END_BEFORE_THE_STATUS                  | stdin stdout     | exited with 0|the connection was lost.*
        RESET_AFTER_THE_STATUS                 | stdin stdout     | exited with 0
        END_AFTER_THE_STATUS                   | stdin stdout     | exited with 0
        NO_ANSWER_TO_THE_CLOSE                 | stdin stdout     | exited with 0
        CLOSE_WITH_HALF_A_CODE                 | stdin stdout     | a Close frame with half a code
        SILENCE                                | stdin stdout     | the connection is lost: no byte came from the peer for 3 s
        RESET_OF_A_READER_THAT_DOES_NOT_READ   | stdout           | the connection was lost without a Close frame.*
        END_OF_A_READER_THAT_DOES_NOT_READ     | stdout           | the connection was lost without a Close frame.*
        CLOSE_OF_A_READER_THAT_DOES_NOT_READ   | stdout           | the client closed the connection with code 1000
        READER_THAT_DOES_NOT_READ_FOR_TOO_LONG | stdout           | the connection is lost: the peer took no byte of what was sent for 4 s
        """)
    void nothingStaysAndNobodyElseIsHarmed(Fault fault, String streams, String outcome) throws Exception {
        try (LogCapture log = new LogCapture(WsStreamServer.class);
                LocalProcess processes = LocalProcess.builder()
                        .grace(Duration.ofMillis(100))
                        .onClientLost(KillPolicy.kill())
                        .firstSize(Duration.ofMillis(10))
                        .build();
                WsStreamServer server =
                        Servers.plain(processes).webSocket(fault.bounds()).start();
                Neighbour neighbour = new Neighbour(server)) {
            hurt(server, fault, streams, WARM_UP); // whatever is made once is made now
            Leftovers before = Leftovers.now();
            long heap = Leftovers.heapAfterGc();
            int said = log.text().length();

            for (int done = 0; done < TIMES; done += AT_ONCE) {
                hurt(server, fault, streams, Math.min(AT_ONCE, TIMES - done));
            }

            await().atMost(BOUND).until(() -> outcomes(log, said).size() >= TIMES);
            assertThat(outcomes(log, said)).hasSize(TIMES).allMatch(line -> line.matches(outcome));
            before.assertNothingMoreButSpawners();
            assertThat(Leftovers.heapAfterGc() - heap).as("growth of the heap").isLessThan(HEAP_GROWTH);
            neighbour.isFine();
            assertThat(log.complaints()).isEmpty();
        }
    }

    private static void hurt(WsStreamServer server, Fault fault, String streams, int times) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        int before = Leftovers.openDescriptors();
        try {
            for (int i = 0; i < times; i++) {
                RawClient client = RawClient.connect(server, 16 * 1024);
                clients.add(client);
                client.write(RawClient.upgrade(server, RawClient.V5, streams, fault.command));
                assertThat(client.readResponse().status()).isEqualTo(101);
            }
            if (fault.command.equals(FLOOD)) {
                await().atMost(BOUND).until(() -> Procfs.standsStill(1_000_000)); // the neighbour goes on
            }
            for (RawClient client : clients) {
                fault.happen(client);
            }
            await().atMost(BOUND).until(() -> server.liveSessions() == 1);
            // The clients' own and what the neighbour may have opened: the server has closed its ends, also of those
            // who stay.
            await().atMost(BOUND).until(() -> Leftovers.openDescriptors() < before + times + WARM_UP);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    /** How each session ended, by what the log says from a position on. */
    private static List<String> outcomes(LogCapture log, int from) {
        return ENDED.matcher(log.text().substring(from))
                .results()
                .map(line -> line.group(2))
                .toList();
    }

    /** A session beside all that, which goes on and on. */
    private static final class Neighbour implements AutoCloseable {
        private final AtomicBoolean enough = new AtomicBoolean();
        private final CompletableFuture<Ending> ending;

        Neighbour(WsStreamServer server) throws IOException {
            RawClient client = RawClient.open(server, "stdin stdout", "cat");
            ending = CompletableFuture.supplyAsync(() -> {
                try (client) {
                    for (int i = 0; !enough.get(); i++) {
                        echo(client, "line " + i + "\n");
                    }
                    return client.endStdin().readToEnd();
                } catch (IOException harmed) {
                    throw new java.io.UncheckedIOException(harmed);
                }
            });
        }

        private static void echo(RawClient client, String line) throws IOException {
            client.stdin(line);
            StringBuilder back = new StringBuilder();
            while (back.length() < line.length()) {
                Frame frame = client.readFrame();
                if (frame.opcode() == RawClient.PING) {
                    client.write(RawClient.frame(RawClient.PONG, frame.payload()));
                } else {
                    back.append(new String(frame.data(), java.nio.charset.StandardCharsets.UTF_8));
                }
            }
            assertThat(back).hasToString(line);
        }

        void isFine() throws Exception {
            enough.set(true);
            Ending end = ending.get(20, TimeUnit.SECONDS);
            assertThat(end.status()).isEqualTo("{\"metadata\":{},\"status\":\"Success\"}");
            assertThat(end.closeCodes()).containsExactly(1000);
        }

        @Override
        public void close() {
            enough.set(true);
        }
    }
}
