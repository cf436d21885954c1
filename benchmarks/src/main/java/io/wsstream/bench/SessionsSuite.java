package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.wsstream.bench.ExecLoad.Stdin.Counter;
import io.wsstream.bench.Row.Better;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;

/**
 * Many sessions at once on one server, held by one client in Go: how long an echo takes beside others, how evenly they are
 * served while all are read, and what those that do nothing take.
 *
 * <p>Beside ours stand the server in Go, which speaks the same protocol on gorilla/websocket, and Tyrus as it comes, which
 * has plain messages.
 */
final class SessionsSuite extends ForkedSuite {
    private static final int MIB = 1 << 20;
    private static final double KIB = 1 << 10;
    /** More than anybody reads. */
    private static final String ENDLESS = Long.toString(1L << 50);

    private static final int BUSY_SECONDS = 3;
    private static final int WARM_UP_SESSIONS = 100;

    private final boolean quick;
    private final long bytes;
    private final Options options;

    SessionsSuite(Options options) {
        this.options = options;
        this.quick = options.quick();
        this.bytes = (quick ? 64L : 256L) * MIB;
    }

    @Override
    public void start() throws IOException {
        Peer ours = started(new Ours());
        Peer gorilla = started(new Gorilla());
        Peer tyrus = started(new Tyrus());
        for (int sessions : quick ? new int[] {1, 50} : new int[] {1, 50, 500}) {
            echoRows(sessions, ours, gorilla);
        }
        busyRows(quick ? 50 : 500, ours, gorilla);
        for (ExecLoad.Rate load : rates()) {
            rateRows(load, ours, tyrus);
        }
        echoRows(50, ours, tyrus);
        idleRows(quick ? 200 : 2_000, ours, tyrus);
    }

    private Peer started(Peer peer) throws IOException {
        peer.resident = started(peer.launch());
        peer.url = peer.resident.answer().path("url").asText();
        return peer;
    }

    private void echoRows(int sessions, Peer ours, Peer theirs) {
        String id = "echo-" + sessions + "-" + theirs.id;
        String what = "echo, " + sessions + " at once, " + theirs.name;
        Job our = ours.echo(sessions);
        Job their = theirs.echo(sessions);
        rows.addAll(Row.latencies(id, what, our, their));
    }

    private void busyRows(int sessions, Peer ours, Peer theirs) {
        String id = "busy-" + sessions;
        String what = sessions + " read, " + theirs.name;
        Job our = ours.busy(sessions);
        Job their = theirs.busy(sessions);
        rows.add(new Row(id, what, Better.MORE_MIB_PER_SECOND, our, their, 0));
        rows.add(new Row(id + "-spread", what + ": most/least", Better.FEWER, our, their, 1));
    }

    private List<ExecLoad.Rate> rates() {
        return List.of(
                new ExecLoad.Stdout(true, 64, bytes / 32),
                new ExecLoad.Stdout(true, 4 * ExecLoad.KIB, bytes / 2),
                new ExecLoad.Stdout(true, 32 * ExecLoad.KIB, bytes),
                new ExecLoad.Stdin(Counter.SERVER, 64, bytes / 32),
                new ExecLoad.Stdin(Counter.SERVER, 4 * ExecLoad.KIB, bytes / 2),
                new ExecLoad.Stdin(Counter.SERVER, 32 * ExecLoad.KIB, bytes));
    }

    private void rateRows(ExecLoad.Rate load, Peer ours, Peer theirs) {
        String id = theirs.id + "-";
        Job our = ours.rate(load);
        Job their = theirs.rate(load);
        rows.addAll(load.rows(id, theirs.name + ": ", our, their));
        if (Allocated.isCounted()) {
            rows.add(load.allocationRow(id, our, their));
        }
    }

    private void idleRows(int sessions, Peer ours, Peer theirs) {
        String id = "idle-" + sessions;
        String what = sessions + " idle, " + theirs.name;
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
        versions.put("tyrus", Machine.versionOf(TyrusWebSocketEngine.class));
        return versions;
    }

    /** One server, and its jobs. */
    private abstract class Peer {
        final String id;
        final String name;
        /** Where the server listens. */
        String url = "";

        Forked resident;

        @SuppressWarnings("NullAway.Init") // started() is the first call
        Peer(String id, String name) {
            this.id = id;
            this.name = name;
        }

        /** A new process of this server. */
        abstract Forked launch() throws IOException;

        /** {@return where a job is: echo, sink, or source with its bytes and the size of its frames} */
        String address(String base, String... job) {
            return BenchServer.exec(base, "stdin=true&stdout=true", job);
        }

        /** {@return whether it speaks the protocol, or has plain messages} */
        boolean hasChannels() {
            return true;
        }

        private Forked many(String base, int sessions, String... job) throws IOException {
            List<String> args = new ArrayList<>(List.of("-sessions", "" + sessions));
            args.addAll(List.of("-token", BenchServer.TOKEN, "-url", address(base, job)));
            if (hasChannels()) {
                args.add("-k8s");
            }
            Forked client = GoPeer.many(args);
            client.answer();
            return client;
        }

        Job echo(int sessions) {
            int rounds = (quick ? 10_000 : 20_000) / sessions;
            return new Job(name + " echo " + sessions, () -> {
                try (Forked client = many(url, sessions, "echo")) {
                    client.ask("echo " + Math.max(1, rounds / 10));
                    return Latencies.of(client.ask("echo " + rounds));
                }
            });
        }

        Job busy(int sessions) {
            return new Job(name + " busy " + sessions, () -> {
                try (Forked client = many(url, sessions, "source", ENDLESS, "" + Pattern.FRAME_BYTES)) {
                    client.ask("read 1");
                    Duration before = resident.cpu();
                    JsonNode answer = client.ask("read " + BUSY_SECONDS);
                    double cpuSeconds = resident.cpu().minus(before).toNanos() / 1e9;
                    double rate = answer.path("mibPerSecond").asDouble();
                    return List.of(
                            Measurement.rate(rate, cpuSeconds, (long) (rate * MIB * BUSY_SECONDS)),
                            Measurement.of(answer.path("most").asDouble()
                                    / answer.path("least").asDouble()));
                }
            });
        }

        Job rate(ExecLoad.Rate load) {
            String count = "" + load.bytes();
            String frame = "" + load.frame();
            return load.stream().equals("stdout")
                    ? rate(load, List.of("source", count, frame), List.of())
                    : rate(load, List.of("sink"), List.of("-bytes", count, "-frame", frame));
        }

        private Job rate(ExecLoad.Rate load, List<String> job, List<String> more) {
            return new Job(name + " " + load.id(), () -> {
                String mode = job.get(0);
                List<String> args = new ArrayList<>(hasChannels() ? List.of("k8s-" + mode) : List.of("client", mode));
                args.addAll(List.of("-token", BenchServer.TOKEN, "-url", address(url, job.toArray(new String[0]))));
                args.addAll(more);
                double allocated = allocated();
                Duration before = resident.cpu();
                JsonNode answer = GoPeer.client(args);
                double cpuSeconds = resident.cpu().minus(before).toNanos() / 1e9;
                allocated = allocated() - allocated;
                if (answer.path("bytes").asLong() != load.bytes()) {
                    throw new IOException(answer.path("bytes") + " bytes went, expected " + load.bytes());
                }
                return List.of(
                        Measurement.rate(answer.path("mibPerSecond").asDouble(), cpuSeconds, load.bytes()),
                        Measurement.of(allocated * load.frame() / load.bytes()));
            });
        }

        private double allocated() throws IOException {
            return resident.ask("allocated").path("allocatedBytes").asDouble();
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
            super("ours", "ours");
        }

        @Override
        Forked launch() throws IOException {
            return Forked.jvm(BenchServer.class, options.jvm());
        }
    }

    private final class Gorilla extends Peer {
        Gorilla() {
            super("gorilla", "gorilla");
        }

        @Override
        Forked launch() throws IOException {
            return GoPeer.server("-quiet");
        }
    }

    private final class Tyrus extends Peer {
        Tyrus() {
            super("tyrus", "stock Tyrus");
        }

        @Override
        Forked launch() throws IOException {
            return Forked.jvm(BenchTyrus.class, options.jvm());
        }

        @Override
        String address(String base, String... job) {
            return base + "/" + job[0] + (job.length > 1 ? "?bytes=" + job[1] + "&frame=" + job[2] : "");
        }

        @Override
        boolean hasChannels() {
            return false;
        }
    }
}
