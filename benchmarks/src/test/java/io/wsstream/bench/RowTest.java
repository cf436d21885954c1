package io.wsstream.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.bench.Row.Better;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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

    private static Job job(double... values) throws BenchmarkFailedException {
        Deque<Double> rounds = new ArrayDeque<>();
        for (double value : values) {
            rounds.add(value);
        }
        Job job = new Job("job", () -> List.of(Measurement.of(rounds.remove())));
        for (int i = 0; i < values.length; i++) {
            job.measure();
        }
        return job;
    }
}
