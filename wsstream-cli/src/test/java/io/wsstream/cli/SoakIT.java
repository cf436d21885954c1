package io.wsstream.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.RemotePod;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecOutcome;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.conformance.peers.Peer;
import io.wsstream.core.TerminalSize;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Half an hour of mixed clients, faults and sizes against one server: each good run is checked to the byte, and at the
 * end the server has what it had after the first minute. Prints a table for {@code docs/SOAK.md}.
 */
@Tag("soak")
class SoakIT {
    private static final Duration LENGTH = Duration.ofMinutes(Integer.getInteger("soak.minutes", 30));
    private static final Duration WARM_UP = LENGTH.dividedBy(15);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int OURS = 3;
    private static final int MOST_ERRORS = 20;
    private static final int LARGEST_BYTES = 4 << 20;
    private static final long RSS_GROWTH_BYTES = 32L << 20;
    private static final long HEAP_GROWTH_BYTES = 4L << 20;

    /** A connection that is to hold no more than this is left to itself for so long. */
    private static final int NAP_MILLIS = 3000;

    /** Between two runs of one worker, so that half an hour is mixed and not just busy. */
    private static final int BREATH_MILLIS = 50;

    @TempDir
    Path home;

    private final Map<String, AtomicLong> sessions = new ConcurrentSkipListMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final CountDownLatch failed = new CountDownLatch(1);

    @Test
    void nothingIsLostAndNothingIsLeft() throws Exception {
        try (Program.Running running = ServeProcess.program(
                        home, List.of("--kubeconfig", home.resolve("kubeconfig").toString()))
                .env("WSSTREAM_OPTS", "-Xms128m -Xmx128m -XX:+AlwaysPreTouch")
                .start()) {
            URI server =
                    URI.create(running.awaitLines(2, ServeProcess.START).get(0).substring("listening on ".length()));
            ClusterAccess access = ClusterAccess.kubeconfig(home.resolve("kubeconfig"));
            List<String> table = new ArrayList<>();
            work(running, server, access, WARM_UP, table);
            Holds start = atRest(running.handle());
            table.add("| warm, at rest | " + total() + " | " + start + " |");
            work(running, server, access, LENGTH, table);
            Holds last = atRest(running.handle());
            table.add("| at rest | " + total() + " | " + last + " |");
            running.terminate();
            judge(running.await(ServeProcess.STOP), start, last, table);
        }
    }

    /** All workers at once for so long; a row of the table every so often. */
    private void work(Program.Running running, URI server, ClusterAccess access, Duration length, List<String> table)
            throws Exception {
        Instant begun = Instant.now();
        Instant end = begun.plus(length);
        ExecutorService workers = Executors.newCachedThreadPool();
        List<Future<?>> runs = new ArrayList<>();
        try (WsStreamClient client = WsStreamClient.of(access, ClientSettings.defaults())) {
            for (int i = 0; i < OURS; i++) {
                Random random = new Random(i);
                runs.add(workers.submit(() -> repeat(end, "our client", () -> ours(client, random))));
            }
            Random kubectl = new Random(100);
            runs.add(workers.submit(() -> repeat(end, "kubectl", () -> kubectl(kubectl))));
            Random killed = new Random(101);
            runs.add(workers.submit(() -> repeat(end, "kubectl, killed", () -> killed(killed))));
            Random faults = new Random(102);
            runs.add(workers.submit(() -> repeat(end, "faults", () -> fault(server, access, faults))));

            for (Instant row = begun.plus(WARM_UP); row.isBefore(end); row = row.plus(WARM_UP)) {
                awaitTime(row);
                table.add(String.format(
                        Locale.ROOT,
                        "| %.0f | %d | %s |",
                        Duration.between(begun, row).toSeconds() / 60.0,
                        total(),
                        Holds.now(running.handle())));
            }
            for (Future<?> worker : runs) {
                worker.get(LIMIT.plus(length).toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            workers.shutdownNow();
        }
    }

    /** What the server holds once all that its sessions had started is gone. */
    private Holds atRest(ProcessHandle server) throws Exception {
        Awaitility.await("the end of all that sessions had started")
                .atMost(Duration.ofMinutes(1))
                .until(() -> Processes.below(server).isEmpty());
        return Holds.now(server).withLiveHeap(liveHeapBytes(server));
    }

    private void judge(Program.Ended ended, Holds start, Holds last, List<String> table) throws IOException {
        System.out.println("| minute | sessions | RSS MiB | live heap MiB | threads | descriptors | processes |");
        System.out.println("|---|---|---|---|---|---|---|");
        table.forEach(System.out::println);
        System.out.println("sessions: " + sessions);
        System.out.printf(Locale.ROOT, "bytes: %d; errors: %d%n", bytes.get(), errors.size());
        System.out.println("the server said: " + ended.err().lines().count() + " lines");

        assertThat(errors).isEmpty();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
        assertThat(last.rssBytes() - start.rssBytes()).as("growth of the RSS").isLessThan(RSS_GROWTH_BYTES);
        assertThat(last.liveHeapBytes() - start.liveHeapBytes())
                .as("growth of the live heap")
                .isLessThan(HEAP_GROWTH_BYTES);
        assertThat(last.threads()).isLessThanOrEqualTo(start.threads() + 2);
        assertThat(last.descriptors()).isLessThanOrEqualTo(start.descriptors() + 2);
    }

    private long total() {
        return sessions.values().stream().mapToLong(AtomicLong::get).sum();
    }

    private interface Run {
        /** Returns what it was, or throws what was wrong. */
        String once() throws Exception;
    }

    private void repeat(Instant end, String what, Run run) {
        while (Instant.now().isBefore(end) && failed.getCount() > 0) {
            try {
                String kind = run.once();
                sessions.computeIfAbsent(what + ": " + kind, name -> new AtomicLong())
                        .incrementAndGet();
                rest(BREATH_MILLIS);
            } catch (Exception | AssertionError wrong) {
                errors.add(Instant.now() + " " + what + ": " + wrong);
                if (errors.size() >= MOST_ERRORS) {
                    failed.countDown();
                }
            }
        }
    }

    private String ours(WsStreamClient client, Random random) throws Exception {
        byte[] input = new byte[1 + (random.nextInt(8) == 0 ? random.nextInt(LARGEST_BYTES) : random.nextInt(20_000))];
        random.nextBytes(input);
        int code = random.nextInt(256);
        RemotePod pod = client.pod("local");
        switch (random.nextInt(4)) {
            case 0 -> {
                ExecOutcome outcome = pod.command("sh", "-c", "cat; exit " + code)
                        .stdin(input)
                        .timeout(LIMIT)
                        .run();
                check(outcome, code, input, new byte[0]);
                return "stdin to stdout";
            }
            case 1 -> {
                ExecOutcome outcome = pod.command("sh", "-c", "cat >&2; echo done; exit " + code)
                        .stdin(input)
                        .timeout(LIMIT)
                        .run();
                check(outcome, code, "done\n".getBytes(US_ASCII), input);
                return "stdin to stderr";
            }
            case 2 -> {
                ExecOutcome outcome = pod.command("sh", "-c", "stty size; exit " + code)
                        .tty(new TerminalSize(100, 30))
                        .timeout(LIMIT)
                        .run();
                check(outcome, code, "30 100\r\n".getBytes(US_ASCII), new byte[0]);
                return "terminal";
            }
            default -> {
                ExecOutcome outcome = pod.command("sh", "-c", "echo short; exit " + code)
                        .timeout(LIMIT)
                        .run();
                check(outcome, code, "short\n".getBytes(US_ASCII), new byte[0]);
                return "short";
            }
        }
    }

    private void check(ExecOutcome outcome, int code, byte[] stdout, byte[] stderr) {
        bytes.addAndGet(outcome.stdout().length + outcome.stderr().length);
        assertThat(outcome.result().exitCode()).as(outcome.result().toString()).hasValue(code);
        if (!Arrays.equals(outcome.stdout(), stdout) || !Arrays.equals(outcome.stderr(), stderr)) {
            throw new AssertionError("expected " + stdout.length + " and " + stderr.length + " bytes, got "
                    + outcome.stdout().length + " and " + outcome.stderr().length + ", or others");
        }
    }

    private Program kubectl(String... words) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Peer.KUBECTL.require().toString(),
                "exec",
                "--kubeconfig",
                home.resolve("kubeconfig").toString()));
        line.addAll(List.of(words));
        return Program.of(home, line);
    }

    private String kubectl(Random random) throws Exception {
        byte[] input = new byte[1 + random.nextInt(LARGEST_BYTES)];
        random.nextBytes(input);
        Path file = Files.write(home.resolve("kubectl-input"), input);
        int code = random.nextInt(256);

        Program.Ended ended = kubectl("-i", "local", "--", "sh", "-c", "cat; exit " + code)
                .input(file)
                .run(LIMIT);

        byte[] output = Files.readAllBytes(ended.stdout());
        bytes.addAndGet(output.length);
        assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(code);
        assertThat(Arrays.equals(output, input)).as(ended.toString()).isTrue();
        Files.delete(ended.stdout());
        Files.delete(ended.stderr());
        return "stdin to stdout";
    }

    /** A kubectl that is killed in the middle of endless output. */
    private String killed(Random random) throws Exception {
        try (Program.Running running = kubectl(
                        "-i", "local", "--", "sh", "-c", "while :; do seq 2000; sleep 0.05; done")
                .start()) {
            running.awaitOut("1999\n", LIMIT);
            running.kill();
            Program.Ended ended = running.await(LIMIT);
            Files.delete(ended.stdout());
        }
        rest(random.nextInt(NAP_MILLIS));
        return "endless output";
    }

    /** What only a broken client does. */
    private String fault(URI server, ClusterAccess access, Random random) throws Exception {
        boolean authorised = random.nextInt(5) != 0;
        String command = random.nextBoolean() ? "cat" : "yes";
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(server.getHost(), server.getPort()), 10_000);
            plain.setSoTimeout((int) LIMIT.toMillis());
            SSLSocket socket = (SSLSocket)
                    access.tls().getSocketFactory().createSocket(plain, server.getHost(), server.getPort(), false);
            OutputStream out = socket.getOutputStream();
            byte[] request = RawRequest.exec(server, authorised ? access.authorization() : null, command);
            if (random.nextInt(8) == 0) {
                out.write(request, 0, random.nextInt(request.length));
                return leave(plain, random, "half a request");
            }
            out.write(request);
            String answer = new String(socket.getInputStream().readNBytes(12), US_ASCII);
            assertThat(answer).isEqualTo(authorised ? "HTTP/1.1 101" : "HTTP/1.1 401");
            if (!authorised) {
                return leave(plain, random, "no token");
            }
            return switch (random.nextInt(5)) {
                case 0 -> send(plain, out, random, "82 82 00000000 00", "cut in the middle of a frame");
                case 1 -> send(plain, out, random, "82 02 0061", "a frame without a mask");
                case 2 -> send(plain, out, random, "82 82 00000000 ff09", "a CLOSE of no channel");
                case 3 -> send(plain, out, random, "88 82 00000000 03e8", "a Close in the middle");
                default -> {
                    rest(random.nextInt(NAP_MILLIS)); // and reads nothing
                    yield leave(plain, random, "a reader that stops");
                }
            };
        }
    }

    private static String send(Socket plain, OutputStream out, Random random, String hex, String what)
            throws IOException {
        out.write(HexFormat.of().parseHex(hex.replace(" ", "")));
        return leave(plain, random, what);
    }

    /** By RST or by FIN. */
    private static String leave(Socket plain, Random random, String what) throws IOException {
        boolean reset = random.nextBoolean();
        if (reset) {
            plain.setSoLinger(true, 0);
        }
        return what + (reset ? ", RST" : ", FIN");
    }

    /** What a full collection leaves. */
    private long liveHeapBytes(ProcessHandle server) throws IOException {
        String pid = Long.toString(server.pid());
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Program.of(home, jcmd, pid, "GC.run").run(LIMIT);
        String heap = Program.of(home, jcmd, pid, "GC.heap_info").run(LIMIT).out();
        Matcher used =
                Pattern.compile("(?:def new|tenured) generation.*used (\\d+)K").matcher(heap);
        return used.results()
                        .mapToLong(generation -> Long.parseLong(generation.group(1)))
                        .sum()
                * 1024;
    }

    /** Ends early when the soak has failed. */
    private void rest(long millis) throws InterruptedException {
        boolean unused = failed.await(millis, TimeUnit.MILLISECONDS);
    }

    private void awaitTime(Instant then) throws InterruptedException {
        long millis = Duration.between(Instant.now(), then).toMillis();
        if (millis > 0) {
            rest(millis);
        }
    }
}
