package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.pty4j.PtyProcessBuilder;
import io.wsstream.bench.Row.Better;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One program at a time on a terminal or on pipes: how soon its first byte comes, how long one byte takes there and back,
 * how fast its output is; and what many that live at once take.
 *
 * <p>Everyone runs the same shell commands, compares every byte, and stays; only for what many take is each started anew.
 */
final class PtySuite extends ForkedSuite {
    private static final String FIRST_BYTE = "printf x; read y";
    private static final String RAW = "stty raw -echo; ";
    private static final String CAT = "printf x; exec cat";
    private static final int FILE_BYTES = Pattern.PERIOD * 64 * 1024;
    private static final int PIPE_FACTOR = 8;
    private static final int WARM_UP_SPAWNS = 20;

    private final Options options;
    private final int spawns;
    private final int echoes;
    private final int files;
    private final int live;
    private final Path file;
    private final Map<String, String> versions = new LinkedHashMap<>();

    PtySuite(Options options) throws IOException {
        this.options = options;
        boolean quick = options.quick();
        this.spawns = quick ? 50 : 200;
        this.echoes = quick ? 2_000 : 5_000;
        this.files = quick ? 1 : 4;
        this.live = quick ? 50 : 500;
        this.file = Files.write(Files.createTempFile("wsstream-bench-", ""), Pattern.frame(FILE_BYTES));
    }

    @Override
    public void start() throws IOException {
        Peer ours = jvm("terminal", RAW);
        Peer streams = jvm("streams", RAW);
        Peer pipes = jvm("pipes", "");
        Peer creack = new Peer("creack/pty", RAW, GoPeer::creackPty);
        Peer pty4j = jvm("pty4j", RAW);
        Peer processBuilder = jvm("processbuilder", "");

        JsonNode creackVersion = creack.resident.ask("version");
        versions.put("go", creackVersion.path("go").asText("?"));
        versions.put("creack/pty", creackVersion.path("version").asText("?"));
        versions.put("pty4j", Machine.versionOf(PtyProcessBuilder.class));

        race("creack", "terminal, creack/pty", ours, creack);
        race("pty4j", "terminal, pty4j", ours, pty4j);
        race("streams-pty4j", "streams, pty4j", streams, pty4j);
        race("pipes", "pipes, ProcessBuilder", pipes, processBuilder);
        addReadLoop(ours);
        footprints("creack", "terminal, creack/pty", ours, creack);
        footprints("pty4j", "terminal, pty4j", ours, pty4j);
        footprints("pipes", "pipes, ProcessBuilder", pipes, processBuilder);
    }

    /** The loop in C, where there was a compiler for it. */
    private void addReadLoop(Peer ours) throws IOException {
        String program = System.getProperty("wsstream.bench.readloop", "");
        versions.put("read loop in C", program.isEmpty() ? "left out: gcc did not make it" : "gcc -O2");
        if (!program.isEmpty()) {
            Peer loop = new Peer("read loop in C", RAW, () -> Forked.program("read-loop", List.of(program)));
            outputRow("c", "terminal, read loop in C", ours, loop);
        }
    }

    private Peer jvm(String way, String mode) throws IOException {
        return new Peer(way, mode, () -> Forked.jvm(BenchPty.class, options.jvm(), way));
    }

    private void race(String id, String what, Peer ours, Peer theirs) {
        rows.addAll(Row.latencies("spawn-" + id, "first byte, " + what, ours.spawn, theirs.spawn));
        rows.addAll(Row.latencies("echo-" + id, "echo, " + what, ours.echo, theirs.echo));
        outputRow(id, what, ours, theirs);
    }

    private void outputRow(String id, String what, Peer ours, Peer theirs) {
        rows.add(new Row("output-" + id, "output, " + what, Better.MORE_MIB_PER_SECOND, ours.output, theirs.output, 0));
    }

    private void footprints(String id, String what, Peer ours, Peer theirs) {
        String prefix = "idle-" + live + "-" + id;
        String many = live + " live, " + what;
        rows.add(new Row(prefix + "-threads", many + ": threads", Better.FEWER, ours.idle, theirs.idle, 0));
        rows.add(new Row(prefix + "-descriptors", many + ": descriptors", Better.FEWER, ours.idle, theirs.idle, 1));
        rows.add(new Row(prefix + "-rss", many + ": RSS", Better.FEWER_MIB, ours.idle, theirs.idle, 2));
        rows.add(new Row(prefix + "-added", many + ": RSS added", Better.FEWER_MIB, ours.idle, theirs.idle, 3));
    }

    @Override
    public Map<String, String> peers() {
        return versions;
    }

    @Override
    public void close() {
        super.close();
        try {
            Files.deleteIfExists(file);
        } catch (IOException kept) {
            System.err.println("warning: " + file + " is left behind: " + kept.getMessage());
        }
    }

    @FunctionalInterface
    private interface Start {
        Forked start() throws IOException;
    }

    /** One way to run programs, and its jobs. */
    private final class Peer {
        final Forked resident;
        final Job spawn;
        final Job echo;
        final Job output;
        final Job idle;
        private final String mode;
        private final Start start;

        /** @param mode what a shell command begins with; none on pipes */
        Peer(String name, String mode, Start start) throws IOException {
            this.mode = mode;
            this.start = start;
            this.resident = started(start.start());
            this.spawn = new Job(name + " spawn", () -> latencies("spawn " + spawns + " " + FIRST_BYTE));
            this.echo = new Job(name + " echo", () -> latencies("echo " + echoes + " " + mode + CAT));
            this.output = new Job(name + " output", this::rate);
            this.idle = new Job(name + " idle", this::footprint);
        }

        private List<Measurement> latencies(String order) throws IOException {
            return Latencies.of(resident.ask(order));
        }

        private List<Measurement> rate() throws IOException {
            int times = mode.isEmpty() ? files * PIPE_FACTOR : files;
            long bytes = (long) FILE_BYTES * times;
            Duration before = resident.cpu();
            JsonNode answer = resident.ask(
                    "output " + bytes + " " + mode + "cat" + (" '" + file + "'").repeat(times) + "; read y");
            double cpuSeconds = resident.cpu().minus(before).toNanos() / 1e9;
            return List.of(Measurement.rate(answer.path("mibPerSecond").asDouble(), cpuSeconds, bytes));
        }

        private List<Measurement> footprint() throws IOException {
            try (Forked fresh = start.start()) {
                fresh.ask("spawn " + WARM_UP_SPAWNS + " " + FIRST_BYTE);
                Footprint before = fresh.footprint();
                fresh.ask("hold " + live + " " + mode + CAT);
                Footprint with = fresh.footprint();
                return List.of(
                        Measurement.of(with.threads()),
                        Measurement.of(with.descriptors()),
                        Measurement.of(with.residentKib() / 1024.0),
                        Measurement.of((with.residentKib() - before.residentKib()) / 1024.0));
            }
        }
    }
}
