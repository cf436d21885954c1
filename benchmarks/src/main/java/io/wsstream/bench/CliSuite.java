package io.wsstream.bench;

import io.wsstream.bench.Row.Better;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code ./wsstream exec} and {@code kubectl exec}, from the start of the process to its end, on one {@code ./wsstream
 * serve} that stays.
 *
 * <p><b>Threads:</b> one; nothing else may start processes meanwhile, since CPU time is that of all that ended.
 */
final class CliSuite implements Suite {
    private static final long LIMIT_SECONDS = 60;
    private static final int SAID_BY_CHECK = 7;

    /** Fields of {@code /proc/self/stat} after the name of the program: user and system time of children that ended. */
    private static final int CHILDREN_USER_TICKS = 13;

    private static final double MILLIS_PER_TICK = 10;

    private final int runs;
    private final Path home;
    private final Path kubeconfig;
    private final Path said;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> wsstream;
    private final List<String> kubectl = List.of(GoPeer.binary("kubectl"));
    private final Process server;
    private final List<Row> rows;

    CliSuite(Options options) throws IOException {
        this.runs = options.quick() ? 5 : 20;
        this.wsstream = List.of(System.getProperty("wsstream.bench.launcher", "./wsstream"));
        this.home = Files.createTempDirectory("wsstream-bench-");
        this.kubeconfig = home.resolve("kubeconfig");
        this.said = home.resolve("said");
        environment.put("KUBECONFIG", kubeconfig.toString());
        environment.put("WSSTREAM_NO_BUILD", "1");
        environment.put("WSSTREAM_OPTS", String.join(" ", options.jvm()));
        Job ours = new Job("wsstream exec", () -> measured(wsstream));
        Job theirs = new Job("kubectl exec", () -> measured(kubectl));
        this.rows = List.of(
                new Row("exec-wall-p50", "exec local -- true, p50", Better.FEWER_MILLISECONDS, ours, theirs, 0),
                new Row("exec-cpu", "  CPU time of one", Better.FEWER_MILLISECONDS, ours, theirs, 1));
        this.server = command(wsstream, "serve", "--kubeconfig", kubeconfig.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Waits for the server. */
    @Override
    public void start() throws IOException {
        BufferedReader lines = server.inputReader(StandardCharsets.UTF_8);
        CompletableFuture<String> second = CompletableFuture.supplyAsync(() -> {
            try {
                lines.readLine();
                return String.valueOf(lines.readLine());
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        });
        try {
            String line = second.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!line.startsWith("kubeconfig ")) {
                throw new IOException("./wsstream serve said '" + line + "'; expected the line of its kubeconfig");
            }
        } catch (TimeoutException | ExecutionException failed) {
            throw new IOException("./wsstream serve did not start within " + LIMIT_SECONDS + " s", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private ProcessBuilder command(List<String> tool, String... arguments) {
        List<String> words = new ArrayList<>(tool);
        words.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        return builder;
    }

    @Override
    public void check() throws Exception {
        for (List<String> tool : List.of(wsstream, kubectl)) {
            run(SAID_BY_CHECK, "out\n", tool, "exec", "local", "--", "sh", "-c", "echo out; exit " + SAID_BY_CHECK);
        }
    }

    /** Wall time and CPU time of one, in milliseconds. */
    private List<Measurement> measured(List<String> tool) throws Exception {
        double[] millis = new double[runs];
        long ticks = ticksOfChildren();
        for (int i = 0; i < runs; i++) {
            long begun = System.nanoTime();
            run(0, "", tool, "exec", "local", "--", "true");
            millis[i] = (System.nanoTime() - begun) / 1e6;
        }
        double cpuMillis = (ticksOfChildren() - ticks) * MILLIS_PER_TICK / runs;
        return List.of(Measurement.of(Row.median(millis)), Measurement.of(cpuMillis));
    }

    private void run(int exitCode, String stdout, List<String> tool, String... arguments)
            throws IOException, InterruptedException {
        Process process = command(tool, arguments)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("it did not end within " + LIMIT_SECONDS + " s");
        }
        String out = Files.readString(said);
        if (process.exitValue() != exitCode || !out.equals(stdout)) {
            throw new IOException("exit code " + process.exitValue() + " and '" + out + "'; expected " + exitCode
                    + " and '" + stdout + "'");
        }
    }

    private static long ticksOfChildren() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[CHILDREN_USER_TICKS]) + Long.parseLong(fields[CHILDREN_USER_TICKS + 1]);
    }

    @Override
    public Map<String, String> peers() throws IOException {
        return Map.of("kubectl", GoPeer.version("kubectl"));
    }

    @Override
    public List<Row> rows() {
        return rows;
    }

    @Override
    public void close() {
        server.destroy();
        try {
            if (!server.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
            Files.deleteIfExists(kubeconfig);
            Files.deleteIfExists(said);
            Files.deleteIfExists(home);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            server.destroyForcibly();
        } catch (IOException kept) {
            System.err.println("warning: " + home + " is left behind: " + kept.getMessage());
        }
    }
}
