package io.wsstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void whatIsToldIsWhatIsRead() {
        double[] micros = IntStream.range(0, 200).mapToDouble(i -> 199 - i).toArray();

        JsonNode answer = Forked.JSON.valueToTree(Latencies.answer(micros));

        assertThat(Latencies.of(answer)).extracting(Measurement::value).containsExactly(100.0, 198.0);
    }
}
