package io.wsstream.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Ours beside theirs: a line of the table.
 *
 * @param id short and stable, for scripts
 * @param what one phrase for a person
 * @param better which way is better
 * @param ours the job on our side
 * @param theirs the job on the other side, of the same rounds
 * @param index which figure of a run, see {@link Job.Run}
 */
record Row(String id, String what, Better better, Job ours, Job theirs, int index) {
    /** Which way is better, and in what unit; none where it is a number of something. */
    enum Better {
        MORE_MIB_PER_SECOND("MiB/s"),
        FEWER_MICROSECONDS("us"),
        FEWER_MILLISECONDS("ms"),
        FEWER_MIB("MiB"),
        FEWER_KIB("KiB"),
        FEWER_BYTES("B"),
        FEWER("");

        final String unit;

        Better(String unit) {
            this.unit = unit;
        }
    }

    /** {@return the two rows of a run that told {@link Latencies}} */
    static List<Row> latencies(String id, String what, Job ours, Job theirs) {
        return List.of(
                new Row(id + "-p50", what + " p50", Better.FEWER_MICROSECONDS, ours, theirs, 0),
                new Row(id + "-p99", what + " p99", Better.FEWER_MICROSECONDS, ours, theirs, 1));
    }

    /** {@return one ratio per round that nobody failed in; above 1 ours is better, whatever the unit} */
    double[] ratios() {
        List<Measurement> our = ours.series(index);
        List<Measurement> their = theirs.series(index);
        return known(IntStream.range(0, our.size())
                .mapToDouble(i -> ratio(our.get(i).value(), their.get(i).value())));
    }

    private double ratio(double our, double their) {
        return better == Better.MORE_MIB_PER_SECOND ? our / their : their / our;
    }

    double[] values(Job of) {
        return known(of.series(index).stream().mapToDouble(Measurement::value));
    }

    /** {@return CPU seconds per GiB of each round, none where that says nothing} */
    double[] cpu(Job of) {
        return known(of.series(index).stream().mapToDouble(Measurement::cpuSecondsPerGib));
    }

    private static double[] known(DoubleStream values) {
        return values.filter(value -> !Double.isNaN(value)).toArray();
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length == 0
                ? Double.NaN
                : sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** {@return every job once, in the order of the rows, ours and theirs of a row beside each other} */
    static List<Job> jobs(List<Row> rows) {
        List<Job> jobs = new ArrayList<>();
        for (Row row : rows) {
            for (Job job : List.of(row.ours, row.theirs)) {
                if (!jobs.contains(job)) {
                    jobs.add(job);
                }
            }
        }
        return jobs;
    }
}
