package io.wsstream.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of a run: a table for people, JSON with every round for programs. */
final class Report {
    private final Options options;
    private final Map<String, String> machine;
    private final List<Row> rows;
    private final double seconds;

    Report(Options options, Map<String, String> machine, List<Row> rows, double seconds) {
        this.options = options;
        this.machine = machine;
        this.rows = rows;
        this.seconds = seconds;
    }

    void print(PrintStream to) {
        machine.forEach((name, value) -> to.printf(Locale.ROOT, "%-18s %s%n", name, value));
        to.printf(
                Locale.ROOT,
                "%-18s %s, %d rounds%s, %.0f s; medians; ratio > 1: ours is better (inverted where less is better)%n%n",
                "suite",
                options.suite(),
                options.rounds(),
                options.quick() ? ", quick" : "",
                seconds);
        to.printf(
                Locale.ROOT,
                "%-34s %6s %8s %8s   %-17s %9s %9s%n",
                "",
                "",
                "ours",
                "theirs",
                "ratio min/med/max",
                "CPU s/GiB",
                "theirs");
        for (Row row : rows) {
            to.printf(
                    Locale.ROOT,
                    "%-34s %6s %8s %8s   %17s %9s %9s%n",
                    row.what(),
                    row.better().unit,
                    figure(row.values(row.ours())),
                    figure(row.values(row.theirs())),
                    spread(row.ratios()),
                    seconds(row.cpu(row.ours())),
                    seconds(row.cpu(row.theirs())));
        }
        failures().forEach((job, failure) -> to.printf(Locale.ROOT, "failed: %s: %s%n", job, failure));
    }

    private Map<String, String> failures() {
        Map<String, String> failures = new LinkedHashMap<>();
        for (Job job : Row.jobs(rows)) {
            String failure = job.failure();
            if (failure != null) {
                failures.put(job.name(), failure);
            }
        }
        return failures;
    }

    private static String figure(double[] values) {
        double value = Row.median(values);
        return Double.isNaN(value) ? "failed" : String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }

    private static String spread(double[] ratios) {
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        return sorted.length == 0
                ? ""
                : String.format(
                        Locale.ROOT, "%5.2f %5.2f %5.2f", sorted[0], Row.median(sorted), sorted[sorted.length - 1]);
    }

    private static String seconds(double[] cpu) {
        return cpu.length == 0 ? "" : String.format(Locale.ROOT, "%.2f", Row.median(cpu));
    }

    void write(Path file) throws IOException {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Row row : rows) {
            double[] sorted = row.ratios();
            Arrays.sort(sorted);
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("id", row.id());
            line.put("what", row.what());
            line.put("unit", row.better().unit);
            line.put("higherIsBetter", row.better() == Row.Better.MORE_MIB_PER_SECOND);
            if (sorted.length > 0) {
                line.put("ratioMin", sorted[0]);
                line.put("ratioMedian", Row.median(sorted));
                line.put("ratioMax", sorted[sorted.length - 1]);
            }
            line.put("ratios", row.ratios());
            line.put("ours", row.values(row.ours()));
            line.put("theirs", row.values(row.theirs()));
            line.put("oursCpuSecondsPerGib", row.cpu(row.ours()));
            line.put("theirsCpuSecondsPerGib", row.cpu(row.theirs()));
            lines.add(line);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("suite", options.suite());
        all.put("quick", options.quick());
        all.put("rounds", options.rounds());
        all.put("jvm", options.jvm());
        all.put("seconds", seconds);
        all.put("machine", machine);
        all.put("rows", lines);
        all.put("failures", failures());
        Forked.JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), all);
    }
}
