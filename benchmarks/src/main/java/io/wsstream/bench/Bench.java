package io.wsstream.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a suite: checks, warms up, measures in rounds, prints a table, writes JSON. In each round every job runs once, in
 * one order and in the reverse by turns, so that what else the machine does hits both sides.
 */
public final class Bench {
    private static final int WARM_UPS = 2;
    /** For the JIT, where few rows are chosen. */
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(10);

    private Bench() {}

    /**
     * The entry point.
     *
     * @param args see {@link Options#USAGE}
     */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException wrong) {
            System.err.println("error: " + wrong.getMessage());
            System.err.print(Options.USAGE);
            return 2;
        }
        try (Suite suite = suite(options)) {
            long begun = System.nanoTime();
            suite.start();
            List<Row> rows = chosen(suite.rows(), options.only());
            suite.check();
            measure(rows, options.rounds());
            Report report = new Report(options, Machine.here(suite.peers()), rows, (System.nanoTime() - begun) / 1e9);
            report.print(System.out);
            if (options.json() != null) {
                report.write(options.json());
            }
            return 0;
        } catch (IllegalArgumentException wrong) {
            System.err.println("error: " + wrong.getMessage());
            return 2;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            System.err.println("error: interrupted");
            return 1;
        } catch (Exception failed) {
            System.err.println("error: " + failed.getMessage());
            return 1;
        }
    }

    private static Suite suite(Options options) throws IOException {
        return switch (options.suite()) {
            case "exec" -> new ExecSuite(options);
            case "pty" -> new PtySuite(options);
            case "kubernetes" -> new KubernetesSuite(options);
            case "clients" -> new ClientsSuite(options);
            case "sessions" -> new SessionsSuite(options);
            case "cli" -> new CliSuite(options);
            default ->
                throw new IllegalArgumentException(
                        "no suite " + options.suite() + "; there are: exec, pty, kubernetes, clients, sessions, cli");
        };
    }

    private static List<Row> chosen(List<Row> rows, String only) {
        List<Row> chosen = rows.stream().filter(row -> row.id().contains(only)).toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("no row has \"" + only + "\" in its id");
        }
        return chosen;
    }

    private static void measure(List<Row> rows, int rounds) throws BenchmarkFailedException {
        List<Job> jobs = Row.jobs(rows);
        progress("warming up");
        long begun = System.nanoTime();
        for (int i = 0; i < WARM_UPS || System.nanoTime() - begun < WARM_UP_NANOS; i++) {
            for (Job job : jobs) {
                job.warmUp();
            }
        }
        List<Job> reversed = new ArrayList<>(jobs);
        Collections.reverse(reversed);
        for (int round = 1; round <= rounds; round++) {
            progress("round " + round + " of " + rounds);
            for (Job job : round % 2 == 1 ? jobs : reversed) {
                job.measure();
            }
        }
        progress("");
    }

    private static void progress(String text) {
        if (Boolean.getBoolean("wsstream.bench.progress")) {
            System.err.print("\r\033[K" + text);
            System.err.flush();
        }
    }
}
