package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.wsstream.bench.Row.Better;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One exec session at a time: how fast stdout and stdin are in frames of 32 KiB, and how long one byte takes there and
 * back.
 *
 * <p>Our server is driven by the client in Go and stands beside the server in Go, which sends and takes raw messages;
 * our client talks to the server in Go, in the Kubernetes protocol, and stands beside the client in Go on the same.
 */
final class ExecSuite extends ForkedSuite {
    private static final int MIB = 1 << 20;
    private static final int CHECK_BYTES = 8 * MIB + 12_345;

    private final long bytes;
    private final int echoes;
    private final Options options;
    private final List<Link> links = new ArrayList<>();

    ExecSuite(Options options) {
        this.options = options;
        this.bytes = (options.quick() ? 256L : 512L) * MIB;
        this.echoes = options.quick() ? 5_000 : 10_000;
    }

    @Override
    public void start() throws IOException {
        Forked client = started(Forked.jvm(BenchClient.class, options.jvm()));
        add(client, false);
        if (!options.quick()) {
            add(client, true);
        }
    }

    private void add(Forked client, boolean tls) throws IOException {
        Forked ours = started(Forked.jvm(BenchServer.class, options.jvm(), tls ? new String[] {"tls"} : new String[0]));
        Forked theirs = started(GoPeer.server(tls ? new String[] {"-tls"} : new String[0]));
        Link link = new Link(
                client,
                ours,
                ours.answer().path("url").asText(),
                theirs,
                theirs.answer().path("url").asText(),
                tls ? "TLS " : "");
        links.add(link);
        link.addRows(tls);
    }

    @Override
    public Map<String, String> peers() throws IOException {
        JsonNode version = GoPeer.client(List.of("version"));
        Map<String, String> peers = new LinkedHashMap<>();
        peers.put("go", System.getProperty("wsstream.bench.go", "?"));
        peers.put("gorilla/websocket", version.path("version").asText("?"));
        return peers;
    }

    @Override
    public void check() throws Exception {
        for (Link link : links) {
            link.check();
        }
    }

    /** Our client, our server and theirs, all plain or all with TLS. */
    private final class Link {
        private final Forked ourClient;
        private final Forked ourServer;
        private final String ourUrl;
        private final Forked theirServer;
        private final String theirUrl;
        private final Order.Address theirAddress;
        private final String prefix;

        Link(Forked ourClient, Forked ourServer, String ourUrl, Forked theirServer, String theirUrl, String prefix) {
            this.ourClient = ourClient;
            this.ourServer = ourServer;
            this.ourUrl = ourUrl;
            this.theirServer = theirServer;
            this.theirUrl = theirUrl;
            this.theirAddress = address(theirUrl);
            this.prefix = prefix;
        }

        void addRows(boolean tls) {
            String id = tls ? "tls-" : "";
            Job pipe = job("pipe", ExecSuite.this::pipe);
            stdoutRows(id, tls, pipe);
            stdinRows(id, tls, pipe);
            echoRows(id, tls);
        }

        private void stdoutRows(String id, boolean tls, Job pipe) {
            String count = Long.toString(bytes);
            String frame = Integer.toString(Pattern.FRAME_BYTES);
            Job goRaw = job("go source", () -> serverRate(theirServer, this::rawSource));
            Job ours = job("server source", () -> serverRate(ourServer, () -> goStdout("source", count, frame)));
            rateRow(id + "server-stdout", "server stdout, in process", ours, goRaw);
            if (!tls) {
                Job head = job(
                        "server head", () -> serverRate(ourServer, () -> goStdout("head", "-c", count, "/dev/zero")));
                rateRow("server-stdout-process", "server stdout, head -c", head, goRaw);
                rateRow("server-stdout-process-pipe", "  the same beside head|wc", head, pipe);
            }
            Job goClient =
                    job("go k8s source", () -> clientRate(goClient("k8s-source", theirs("source", count, frame))));
            Order source = Order.source(theirAddress, List.of("source", count, frame));
            Job fromOurs = job("client source", () -> clientRate(counted(ourClient.ask(source))));
            rateRow(id + "client-stdout", "client stdout", fromOurs, goClient);
        }

        private void stdinRows(String id, boolean tls, Job pipe) {
            String count = Long.toString(bytes);
            String frame = Integer.toString(Pattern.FRAME_BYTES);
            Job goRaw = job("go sink", () -> serverRate(theirServer, this::rawSink));
            Job ours = job("server sink", () -> serverRate(ourServer, () -> goStdin("sink")));
            rateRow(id + "server-stdin", "server stdin, in process", ours, goRaw);
            if (!tls) {
                Job wc = job("server wc", () -> serverRate(ourServer, () -> goStdin("wc", "-c")));
                rateRow("server-stdin-process", "server stdin, wc -c", wc, goRaw);
                rateRow("server-stdin-process-pipe", "  the same beside head|wc", wc, pipe);
            }
            Job goClient = job(
                    "go k8s sink",
                    () -> clientRate(goClient("k8s-sink", theirs("sink"), "-bytes", count, "-frame", frame)));
            Order sink = Order.sink(theirAddress, List.of("sink"), bytes, Pattern.FRAME_BYTES);
            Job fromOurs = job("client sink", () -> clientRate(expectReply(ourClient.ask(sink), count)));
            rateRow(id + "client-stdin", "client stdin", fromOurs, goClient);
        }

        private void echoRows(String id, boolean tls) {
            Job goRaw =
                    job("go echo", () -> Latencies.of(goClient("echo", theirUrl + "/echo", "-rounds", "" + echoes)));
            Job ours = job("server echo", () -> Latencies.of(goEchoAgainstOurs("echo")));
            latencyRows(id + "server-echo", "server echo, in process", ours, goRaw);
            if (!tls) {
                Job cat = job("server cat", () -> Latencies.of(goEchoAgainstOurs("cat")));
                latencyRows("server-echo-process", "server echo, cat", cat, goRaw);
            }
            Job goClient = job(
                    "go k8s echo", () -> Latencies.of(goClient("k8s-echo", theirs("echo"), "-rounds", "" + echoes)));
            Order echo = Order.echo(theirAddress, List.of("echo"), echoes, 1);
            Job fromOurs = job("client echo", () -> Latencies.of(ourClient.ask(echo)));
            latencyRows(id + "client-echo", "client echo", fromOurs, goClient);
        }

        private Job job(String name, Job.Run run) {
            return new Job(prefix + name, run);
        }

        private void rateRow(String id, String what, Job ours, Job theirs) {
            rows.add(new Row(id, prefix + what, Better.MORE_MIB_PER_SECOND, ours, theirs, 0));
        }

        private void latencyRows(String id, String what, Job ours, Job theirs) {
            rows.addAll(Row.latencies(id, prefix + what, ours, theirs));
        }

        // -------- the ways to run

        private JsonNode rawSource() throws IOException {
            return counted(goClient("source", theirUrl + "/source?bytes=" + bytes + "&frame=" + Pattern.FRAME_BYTES));
        }

        private JsonNode rawSink() throws IOException {
            return goClient("sink", theirUrl + "/sink", "-bytes", "" + bytes, "-frame", "" + Pattern.FRAME_BYTES);
        }

        private JsonNode goStdout(String... command) throws IOException {
            return counted(goClient("k8s-source", ours("stdout=true", command)));
        }

        private JsonNode goStdin(String... command) throws IOException {
            JsonNode answer = goClient(
                    "k8s-sink",
                    ours("stdin=true&stdout=true", command),
                    "-bytes",
                    "" + bytes,
                    "-frame",
                    "" + Pattern.FRAME_BYTES);
            return expectReply(answer, "" + bytes);
        }

        private JsonNode goEchoAgainstOurs(String command) throws IOException {
            return goClient("k8s-echo", ours("stdin=true&stdout=true", command), "-rounds", "" + echoes);
        }

        private JsonNode goClient(String mode, String url, String... more) throws IOException {
            List<String> args = new ArrayList<>();
            if (!mode.startsWith("k8s-")) {
                args.add("client");
            }
            args.addAll(List.of(mode, "-url", url, "-token", BenchServer.TOKEN));
            args.addAll(List.of(more));
            return GoPeer.client(args);
        }

        private static Order.Address address(String url) {
            return BenchServer.address(url, "");
        }

        private String ours(String streams, String... command) {
            return BenchServer.exec(ourUrl, streams, command);
        }

        private String theirs(String... command) {
            return BenchServer.exec(theirUrl, "stdin=true&stdout=true", command);
        }

        // -------- right or not

        private JsonNode counted(JsonNode answer) throws IOException {
            long came = answer.path("bytes").asLong();
            if (came != bytes) {
                throw new IOException(came + " bytes came, expected " + bytes);
            }
            return answer;
        }

        private JsonNode expectReply(JsonNode answer, String expected) throws IOException {
            String reply = answer.path("reply").asText();
            if (!reply.equals(expected)) {
                throw new IOException("the other side counted \"" + reply + "\", expected " + expected);
            }
            return answer;
        }

        void check() throws IOException {
            byte[] pattern = Pattern.frame(Pattern.FRAME_BYTES);
            String patternSum = Pattern.sha256(CHECK_BYTES, pattern);
            String zeroSum = Pattern.sha256(CHECK_BYTES, new byte[Pattern.FRAME_BYTES]);
            String count = Integer.toString(CHECK_BYTES);
            String frame = Integer.toString(Pattern.FRAME_BYTES);
            expectSum(goClient("k8s-source", ours("stdout=true", "source", count, frame), "-sha256"), patternSum);
            expectSum(
                    goClient("k8s-source", ours("stdout=true", "head", "-c", count, "/dev/zero"), "-sha256"), zeroSum);
            expectReply(
                    goClient("k8s-sink", ours("stdin=true&stdout=true", "sink", "sha256"), "-bytes", count),
                    CHECK_BYTES + " " + patternSum);
            expectReply(
                    goClient("k8s-sink", ours("stdin=true&stdout=true", "sha256sum"), "-bytes", count),
                    patternSum + "  -");
            Order source = Order.source(theirAddress, List.of("source", count, frame));
            expectSum(ourClient.ask(source.withSha256()), patternSum);
            Order sink = Order.sink(address(ourUrl), List.of("sink", "sha256"), CHECK_BYTES, Pattern.FRAME_BYTES);
            expectReply(ourClient.ask(sink), CHECK_BYTES + " " + patternSum);
        }

        private void expectSum(JsonNode answer, String expected) throws IOException {
            String sum = answer.path("sha256").asText();
            if (!sum.equals(expected)) {
                throw new IOException("the bytes that came have the SHA-256 " + sum + ", expected " + expected);
            }
        }
    }

    // -------- figures

    @FunctionalInterface
    private interface Load {
        JsonNode run() throws IOException;
    }

    /** What the machine's own pipes and tools allow: no server at all. */
    private List<Measurement> pipe() throws IOException {
        String command = "head -c " + bytes + " /dev/zero | wc -c";
        long begun = System.nanoTime();
        Process shell = new ProcessBuilder("sh", "-c", command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String count = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (!count.equals(Long.toString(bytes))) {
            throw new IOException("wc counted \"" + count + "\", expected " + bytes);
        }
        return List.of(Measurement.of((double) bytes / MIB / seconds));
    }

    /** What a client saw, with the CPU time of the server. */
    private List<Measurement> serverRate(Forked server, Load load) throws IOException {
        Duration before = server.cpu();
        JsonNode answer = load.run();
        double cpuSeconds = server.cpu().minus(before).toNanos() / 1e9;
        return List.of(Measurement.rate(answer.path("mibPerSecond").asDouble(), cpuSeconds, bytes));
    }

    /** What a client saw, with its own CPU time. */
    private List<Measurement> clientRate(JsonNode answer) {
        return List.of(Measurement.ofClient(answer, bytes));
    }
}
