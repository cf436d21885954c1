package io.wsstream.conformance.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecOutcome;
import io.wsstream.client.exec.ExecRequest;
import io.wsstream.core.TerminalSize;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many runs, half of them on a terminal: every byte, every exit code, and nothing left behind. */
class ManyRunsIT {
    private static final int AT_ONCE = 4;
    private static final byte[] LINES = lines("\n");
    private static final byte[] TERMINAL_LINES = lines("\r\n");

    @Test
    void everyByteAndEveryExitCodeIsRightAndNothingIsLeft() throws Exception {
        run(1000);
    }

    @Test
    @Tag("stress")
    void ofTenThousandToo() throws Exception {
        run(10_000);
    }

    private static void run(int count) throws Exception {
        List<String> wrong = new ArrayList<>();
        try (ExecServer server = ExecServer.start();
                WsStreamClient client = server.client()) {
            runOnce(client, 0);
            runOnce(client, 1);
            Leftovers before = Leftovers.now();

            ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
            try {
                List<Callable<String>> runs = IntStream.range(0, count)
                        .<Callable<String>>mapToObj(number -> () -> runOnce(client, number))
                        .toList();
                for (Future<String> run : pool.invokeAll(runs, 5 + count / 500, TimeUnit.MINUTES)) {
                    String complaint = run.get();
                    if (!complaint.isEmpty()) {
                        wrong.add(complaint);
                    }
                }
            } finally {
                pool.shutdownNow();
            }

            before.assertNothingMore();
            assertThat(server.server().liveSessions()).isZero();
        }
        assertThat(wrong).isEmpty();
    }

    /** Returns what was wrong, or nothing. */
    private static String runOnce(WsStreamClient client, int number) throws Exception {
        boolean terminal = number % 2 == 1;
        int code = number % 256;
        ExecRequest request = ExecServer.pod(client)
                .command("sh", "-c", "seq 1 20000; exit " + code)
                .timeout(Duration.ofSeconds(60));
        ExecOutcome outcome = (terminal ? request.tty(new TerminalSize(80, 24)) : request).run();
        byte[] expected = terminal ? TERMINAL_LINES : LINES;
        if (outcome.result().exitCode().orElse(-1) != code) {
            return number + ": expected exit code " + code + ", got " + outcome.result();
        }
        if (!java.util.Arrays.equals(outcome.stdout(), expected)) {
            return number + ": expected " + expected.length + " bytes, got " + outcome.stdout().length;
        }
        return "";
    }

    private static byte[] lines(String end) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= 20000; i++) {
            text.append(i).append(end);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
