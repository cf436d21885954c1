package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.wsstream.bench.Row.Better;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;

/**
 * Many sessions at once on one server, held by one client in Go: how long an echo takes beside others, how evenly they are
 * served while all are read, and what those that do nothing take.
 *
 * <p>Beside ours stand the server in Go, which speaks the same protocol on gorilla/websocket, and Tyrus as it comes, which
 * has plain messages.
 */
final class SessionsSuite implements Suite {
    private static final double GIB = 1 << 30;
    private static final int MIB = 1 << 20;
    private static final double KIB = 1 << 10;
    /** More than anybody reads. */
    private static final String ENDLESS = Long.toString(1L << 50);

    private static final int WARM_UP_SESSIONS = 100;

    private final boolean quick;
    private final long bytes;
    private final Options options;
    private final List<Row> rows = new ArrayList<>();
    private final List<Peer> peers = new ArrayList<>();

    SessionsSuite(Options options) throws IOException {
        this.options = options;
        this.quick = options.quick();
        this.bytes = (quick ? 64L : 256L) * MIB;
        try {
            Peer ours = started(new Ours());
            Peer gorilla = started(new Gorilla());
            Peer tyrus = started(new Tyrus());
            for (int sessions : quick ? new int[] {1, 50} : new int[] {1, 50, 500}) {
                echoRows(sessions, "gorilla", ours, gorilla);
            }
            busyRows(quick ? 50 : 500, ours, gorilla);
            rateRow("tyrus-stdout", "stdout, stock Tyrus", ours.source(), tyrus.source());
            rateRow("tyrus-stdin", "stdin, stock Tyrus", ours.sink(), tyrus.sink());
            echoRows(50, "stock Tyrus", ours, tyrus);
            idleRows(quick ? 200 : 2_000, ours, tyrus);
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    private Peer started(Peer peer) throws IOException {
        peers.add(peer);
        peer.resident = peer.start();
        return peer;
    }

    private void echoRows(int sessions, String name, Peer ours, Peer theirs) {
        String id = "echo-" + sessions + "-" + name.replaceAll(".* ", "").toLowerCase(java.util.Locale.ROOT);
        String what = "echo, " + sessions + " at once, " + name;
        Job our = ours.echo(sessions);
        Job their = theirs.echo(sessions);
        rows.add(new Row(id + "-p50", what + " p50", Better.FEWER_MICROSECONDS, our, their, 0));
        rows.add(new Row(id + "-p99", what + " p99", Better.FEWER_MICROSECONDS, our, their, 1));
    }

    private void busyRows(int sessions, Peer ours, Peer theirs) {
        String id = "busy-" + sessions;
        String what = sessions + " read, gorilla";
        Job our = ours.busy(sessions);
        Job their = theirs.busy(sessions);
        rows.add(new Row(id, what, Better.MORE_MIB_PER_SECOND, our, their, 0));
        rows.add(new Row(id + "-spread", what + ": most/least", Better.FEWER, our, their, 1));
    }

    private void rateRow(String id, String what, Job ours, Job theirs) {
        rows.add(new Row(id, what, Better.MORE_MIB_PER_SECOND, ours, theirs, 0));
    }

    private void idleRows(int sessions, Peer ours, Peer theirs) {
        String id = "idle-" + sessions;
        String what = sessions + " idle, stock Tyrus";
        Job our = ours.idle(sessions);
        Job their = theirs.idle(sessions);
        rows.add(new Row(id + "-threads", what + ": threads", Better.FEWER, our, their, 0));
        rows.add(new Row(id + "-heap", what + ": heap each", Better.FEWER_KIB, our, their, 1));
        rows.add(new Row(id + "-direct", what + ": direct each", Better.FEWER_KIB, our, their, 2));
        rows.add(new Row(id + "-rss", what + ": RSS", Better.FEWER_MIB, our, their, 3));
    }

    @Override
    public Map<String, String> peers() throws IOException {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("go", System.getProperty("wsstream.bench.go", "?"));
        versions.put(
                "gorilla/websocket",
                GoPeer.client(List.of("version")).path("version").asText("?"));
        versions.put(
                "tyrus",
                Objects.requireNonNullElse(
                        TyrusWebSocketEngine.class.getPackage().getImplementationVersion(), "?"));
        return versions;
    }

    @Override
    public List<Row> rows() {
        return List.copyOf(rows);
    }

    /** Nothing beside: echoes and counts are compared in each run, and the suite {@code exec} has the checksums. */
    @Override
    public void check() {}

    @Override
    public void close() {
        peers.forEach(peer -> peer.resident.close());
        peers.clear();
    }

    /** One server, and its jobs. */
    private abstract class Peer {
        final String name;
        /** Where the server listens. */
        String url = "";

        Forked resident;

        @SuppressWarnings("NullAway.Init") // started() is the first call
        Peer(String name) {
            this.name = name;
        }

        /** A new process of this server. */
        abstract Forked launch() throws IOException;

        /** {@return arguments of the client for a job of the server: echo, or source with its bytes and frame} */
        abstract List<String> job(String base, String... job);

        abstract String mode(String job);

        Forked start() throws IOException {
            Forked server = launch();
            url = server.answer().path("url").asText();
            return server;
        }

        private Forked many(String base, int sessions, String... job) throws IOException {
            List<String> args = new ArrayList<>(List.of("many", "-sessions", "" + sessions));
            args.addAll(job(base, job));
            Forked client = GoPeer.resident(args);
            client.answer();
            return client;
        }

        Job echo(int sessions) {
            int rounds = (quick ? 10_000 : 20_000) / sessions;
            return new Job(name + " echo " + sessions, () -> {
                try (Forked client = many(url, sessions, "echo")) {
                    client.ask("echo " + Math.max(1, rounds / 10));
                    JsonNode answer = client.ask("echo " + rounds);
                    return List.of(
                            Measurement.of(answer.path("p50Micros").asDouble()),
                            Measurement.of(answer.path("p99Micros").asDouble()));
                }
            });
        }

        Job busy(int sessions) {
            return new Job(name + " busy " + sessions, () -> {
                try (Forked client = many(url, sessions, "source", ENDLESS, "" + Pattern.FRAME_BYTES)) {
                    client.ask("read 1");
                    Duration before = resident.cpu();
                    JsonNode answer = client.ask("read " + (quick ? 2 : 5));
                    double cpuSeconds = resident.cpu().minus(before).toNanos() / 1e9;
                    double rate = answer.path("mibPerSecond").asDouble();
                    double gib = rate * (quick ? 2 : 5) / 1024;
                    return List.of(
                            new Measurement(rate, cpuSeconds / gib),
                            Measurement.of(answer.path("most").asDouble()
                                    / Math.max(1, answer.path("least").asLong())));
                }
            });
        }

        Job source() {
            return rate("source", "" + bytes, "" + Pattern.FRAME_BYTES);
        }

        Job sink() {
            return rate("sink");
        }

        private Job rate(String... job) {
            return new Job(name + " " + job[0], () -> {
                List<String> args = new ArrayList<>(List.of(mode(job[0])));
                args.addAll(job(url, job));
                args.remove("-k8s");
                if (mode(job[0]).equals(job[0])) {
                    args.add(0, "client");
                }
                if (job[0].equals("sink")) {
                    args.addAll(List.of("-bytes", "" + bytes));
                }
                Duration before = resident.cpu();
                JsonNode answer = GoPeer.client(args);
                double cpuSeconds = resident.cpu().minus(before).toNanos() / 1e9;
                if (answer.path("bytes").asLong() != bytes) {
                    throw new IOException(answer.path("bytes") + " bytes went, expected " + bytes);
                }
                return List.of(new Measurement(answer.path("mibPerSecond").asDouble(), cpuSeconds * GIB / bytes));
            });
        }

        /** On a server that is started for it, so that nothing else is counted. */
        Job idle(int sessions) {
            return new Job(name + " idle", () -> {
                try (Forked fresh = launch()) {
                    String base = fresh.answer().path("url").asText();
                    many(base, WARM_UP_SESSIONS, "echo").close();
                    JsonNode before = fresh.ask("heap");
                    try (Forked client = many(base, sessions, "echo")) {
                        client.ask("echo 1");
                        JsonNode with = fresh.ask("heap");
                        Footprint footprint = fresh.footprint();
                        return List.of(
                                Measurement.of(footprint.threads()),
                                Measurement.of(each(before, with, "heapBytes", sessions)),
                                Measurement.of(each(before, with, "directBytes", sessions)),
                                Measurement.of(footprint.residentKib() / 1024.0));
                    }
                }
            });
        }

        private static double each(JsonNode before, JsonNode with, String what, int sessions) {
            return (with.path(what).asDouble() - before.path(what).asDouble()) / sessions / KIB;
        }
    }

    private final class Ours extends Peer {
        Ours() {
            super("ours");
        }

        @Override
        Forked launch() throws IOException {
            return Forked.jvm(BenchServer.class, options.jvm());
        }

        @Override
        List<String> job(String base, String... job) {
            return List.of(
                    "-k8s", "-token", BenchServer.TOKEN, "-url", Exec.url(base, "stdin=true&stdout=true", job));
        }

        @Override
        String mode(String job) {
            return "k8s-" + job;
        }
    }

    private final class Gorilla extends Peer {
        Gorilla() {
            super("gorilla");
        }

        @Override
        Forked launch() throws IOException {
            return GoPeer.server(false);
        }

        @Override
        List<String> job(String base, String... job) {
            return List.of("-k8s", "-url", Exec.url(base, "stdin=true&stdout=true", job));
        }

        @Override
        String mode(String job) {
            return "k8s-" + job;
        }
    }

    private final class Tyrus extends Peer {
        Tyrus() {
            super("stock Tyrus");
        }

        @Override
        Forked launch() throws IOException {
            return Forked.jvm(BenchTyrus.class, options.jvm());
        }

        @Override
        List<String> job(String base, String... job) {
            String query = job.length > 1 ? "?bytes=" + job[1] + "&frame=" + job[2] : "";
            return List.of("-url", base + "/" + job[0] + query);
        }

        @Override
        String mode(String job) {
            return job;
        }
    }
}
