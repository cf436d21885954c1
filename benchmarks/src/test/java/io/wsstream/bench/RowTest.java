package io.wsstream.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.bench.Row.Better;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowTest {
    @Test
    void moreMibPerSecondThanTheOtherIsARatioAboveOne() throws Exception {
        Row row = new Row("id", "what", Better.MORE_MIB_PER_SECOND, job(300, 100), job(100, 200), 0);

        assertThat(row.ratios()).containsExactly(3.0, 0.5);
    }

    @Test
    void lessLatencyThanTheOtherIsARatioAboveOne() throws Exception {
        Row row = new Row("id", "what", Better.FEWER_MICROSECONDS, job(20, 100), job(40, 50), 0);

        assertThat(row.ratios()).containsExactly(2.0, 0.5);
    }

    @Test
    void medianOfAnEvenNumberIsBetweenTheMiddleOnes() {
        assertThat(Row.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
        assertThat(Row.median(new double[] {9, 1, 2})).isEqualTo(2);
    }

    @Test
    void aJobOfTwoRowsRunsOnce() throws Exception {
        Job ours = job(1);
        Job theirs = job(2);
        Job others = job(3);
        Row first = new Row("a", "", Better.FEWER_MICROSECONDS, ours, theirs, 0);
        Row second = new Row("b", "", Better.FEWER_MICROSECONDS, others, theirs, 0);

        assertThat(Row.jobs(List.of(first, second))).containsExactly(ours, theirs, others);
    }

    @Test
    void aFailedRunNamesItsJob() {
        Job job = new Job("stdout", () -> {
            throw new IOException("7 bytes came, expected 8");
        });

        assertThatThrownBy(job::measure)
                .isInstanceOf(BenchmarkFailedException.class)
                .hasMessage("stdout: 7 bytes came, expected 8");
    }

    @Test
    void aRoundThatAPeerFailsIsLeftOutAndToldOf() throws Exception {
        Job peer = job(10, Double.NaN, 40);
        Row row = new Row("id", "what", Better.MORE_MIB_PER_SECOND, job(20, 20, 20), peer, 0);

        assertThat(row.ratios()).containsExactly(2.0, 0.5);
        assertThat(row.values(peer)).containsExactly(10, 40);
        assertThat(peer.failure()).isEqualTo("1 of 3 runs: 7 bytes came, expected 8");
    }

    @Test
    void aPeerThatFailsTwiceIsLeftAlone() throws Exception {
        Job peer = job(Double.NaN, Double.NaN, 40, 40);
        Row row = new Row("id", "what", Better.MORE_MIB_PER_SECOND, job(20, 20, 20, 20), peer, 0);

        assertThat(row.ratios()).isEmpty();
        assertThat(peer.failure()).isEqualTo("2 of 2 runs: 7 bytes came, expected 8");
    }

    @Test
    void theTableNamesAPeerThatFails() throws Exception {
        Job peer = job(Double.NaN);
        Row row = new Row("id", "stdout", Better.MORE_MIB_PER_SECOND, job(20), peer, 0);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        new Report(Options.parse(new String[0]), Map.of(), List.of(row), 1)
                .print(new PrintStream(printed, true, UTF_8));

        assertThat(printed.toString(UTF_8).lines())
                .anyMatch(line -> line.matches("stdout +MiB/s +20.0 +failed *"))
                .contains("failed: job: 1 of 1 runs: 7 bytes came, expected 8");
    }

    /** One that runs once for each value, and fails where it is NaN. */
    private static Job job(double... values) throws BenchmarkFailedException {
        Deque<Double> rounds = new ArrayDeque<>();
        for (double value : values) {
            rounds.add(value);
        }
        Job job = new Job("job", () -> {
            double value = rounds.remove();
            if (Double.isNaN(value)) {
                throw new IOException("7 bytes came, expected 8");
            }
            return List.of(Measurement.of(value));
        });
        job.mayFail();
        for (int i = 0; i < values.length; i++) {
            job.measure();
        }
        return job;
    }
}
