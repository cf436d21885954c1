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
            double[] ratios = row.ratios();
            Arrays.sort(ratios);
            to.printf(
                    Locale.ROOT,
                    "%-34s %6s %8s %8s   %5.2f %5.2f %5.2f %9s %9s%n",
                    row.what(),
                    row.better().unit,
                    figure(Row.median(row.values(row.ours()))),
                    figure(Row.median(row.values(row.theirs()))),
                    ratios[0],
                    Row.median(ratios),
                    ratios[ratios.length - 1],
                    seconds(row.cpu(row.ours())),
                    seconds(row.cpu(row.theirs())));
        }
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
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
            line.put("ratioMin", sorted[0]);
            line.put("ratioMedian", Row.median(sorted));
            line.put("ratioMax", sorted[sorted.length - 1]);
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
        Forked.JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), all);
    }
}
