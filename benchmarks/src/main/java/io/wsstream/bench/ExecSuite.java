package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.wsstream.bench.Row.Better;
import java.io.IOException;
import java.net.URLEncoder;
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
final class ExecSuite implements Suite {
    private static final double GIB = 1 << 30;
    private static final int MIB = 1 << 20;
    private static final int CHECK_BYTES = 8 * MIB + 12_345;

    private final long bytes;
    private final int echoes;
    private final List<Forked> processes = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();

    ExecSuite(Options options) throws IOException {
        this.bytes = (options.quick() ? 256L : 512L) * MIB;
        this.echoes = options.quick() ? 5_000 : 10_000;
        try {
            Forked client = started(Forked.jvm(BenchClient.class, options.jvm()));
            add(client, false, options);
            if (!options.quick()) {
                add(client, true, options);
            }
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    private Forked started(Forked process) {
        processes.add(process);
        return process;
    }

    private void add(Forked client, boolean tls, Options options) throws IOException {
        Forked ours = started(Forked.jvm(BenchServer.class, options.jvm(), tls ? new String[] {"tls"} : new String[0]));
        Forked theirs = started(GoPeer.server(tls));
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
    public List<Row> rows() {
        return List.copyOf(rows);
    }

    @Override
    public void check() throws Exception {
        for (Link link : links) {
            link.check();
        }
    }

    @Override
    public void close() {
        processes.forEach(Forked::close);
        processes.clear();
    }

    /** Our client, our server and theirs, all plain or all with TLS. */
    private final class Link {
        private final Forked ourClient;
        private final Forked ourServer;
        private final String ourUrl;
        private final Forked theirServer;
        private final String theirUrl;
        private final String prefix;

        Link(Forked ourClient, Forked ourServer, String ourUrl, Forked theirServer, String theirUrl, String prefix) {
            this.ourClient = ourClient;
            this.ourServer = ourServer;
            this.ourUrl = ourUrl;
            this.theirServer = theirServer;
            this.theirUrl = theirUrl;
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
            Job ourClient = job("client source", () -> clientRate(ourClient("source", 0, "source", count, frame)));
            rateRow(id + "client-stdout", "client stdout", ourClient, goClient);
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
            Job ourClient = job("client sink", () -> clientRate(ourClient("sink", bytes, "sink")));
            rateRow(id + "client-stdin", "client stdin", ourClient, goClient);
        }

        private void echoRows(String id, boolean tls) {
            Job goRaw = job("go echo", () -> latencies(goClient("echo", theirUrl + "/echo", "-rounds", "" + echoes)));
            Job ours = job("server echo", () -> latencies(goEchoAgainstOurs("echo")));
            latencyRows(id + "server-echo", "server echo, in process", ours, goRaw);
            if (!tls) {
                Job cat = job("server cat", () -> latencies(goEchoAgainstOurs("cat")));
                latencyRows("server-echo-process", "server echo, cat", cat, goRaw);
            }
            Job goClient =
                    job("go k8s echo", () -> latencies(goClient("k8s-echo", theirs("echo"), "-rounds", "" + echoes)));
            Job ourClient = job("client echo", () -> latencies(ourClient("echo", echoes, "echo")));
            latencyRows(id + "client-echo", "client echo", ourClient, goClient);
        }

        private Job job(String name, Job.Run run) {
            return new Job(prefix + name, run);
        }

        private void rateRow(String id, String what, Job ours, Job theirs) {
            rows.add(new Row(id, prefix + what, Better.MORE_MIB_PER_SECOND, ours, theirs, 0));
        }

        private void latencyRows(String id, String what, Job ours, Job theirs) {
            rows.add(new Row(id + "-p50", prefix + what + " p50", Better.FEWER_MICROSECONDS, ours, theirs, 0));
            rows.add(new Row(id + "-p99", prefix + what + " p99", Better.FEWER_MICROSECONDS, ours, theirs, 1));
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

        private JsonNode ourClient(String mode, long number, String... command) throws IOException {
            JsonNode answer =
                    ourClient.ask(mode + " " + theirUrl + " " + number + " - -- " + String.join(" ", command));
            return switch (mode) {
                case "source" -> counted(answer);
                case "sink" -> expectReply(answer, "" + number);
                default -> answer;
            };
        }

        private String ours(String streams, String... command) {
            return exec(ourUrl, streams, command);
        }

        private String theirs(String... command) {
            return exec(theirUrl, "stdin=true&stdout=true", command);
        }

        private String exec(String base, String streams, String... command) {
            StringBuilder url = new StringBuilder(base)
                    .append("/api/v1/namespaces/default/pods/")
                    .append(BenchServer.POD)
                    .append("/exec?")
                    .append(streams);
            for (String word : command) {
                url.append("&command=").append(URLEncoder.encode(word, StandardCharsets.UTF_8));
            }
            return url.toString();
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
            expectSum(askOurs("source", theirUrl, 0, "source", count, frame), patternSum);
            expectReply(askOurs("sink", ourUrl, CHECK_BYTES, "sink", "sha256"), CHECK_BYTES + " " + patternSum);
        }

        private JsonNode askOurs(String mode, String url, long number, String... command) throws IOException {
            return ourClient.ask(mode + " " + url + " " + number + " sha256 -- " + String.join(" ", command));
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
        return List.of(new Measurement(answer.path("mibPerSecond").asDouble(), cpuSeconds * GIB / bytes));
    }

    /** What a client saw, with its own CPU time. */
    private List<Measurement> clientRate(JsonNode answer) {
        return List.of(new Measurement(
                answer.path("mibPerSecond").asDouble(),
                answer.path("cpuSeconds").asDouble() * GIB / bytes));
    }

    private static List<Measurement> latencies(JsonNode answer) {
        return List.of(
                Measurement.of(answer.path("p50Micros").asDouble()),
                Measurement.of(answer.path("p99Micros").asDouble()));
    }
}
