package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Times of many, as all peers tell them: the median and the 99th percentile. */
final class Latencies {
    private Latencies() {}

    /** {@return the words for them; the array is sorted} */
    static Map<String, Object> answer(double[] micros) {
        Arrays.sort(micros);
        return Map.of("p50Micros", micros[micros.length / 2], "p99Micros", micros[(int) (micros.length * 99L / 100)]);
    }

    /** {@return the figures of a run, as {@link Row#latencies} shows them} */
    static List<Measurement> of(JsonNode answer) {
        return List.of(
                Measurement.of(answer.path("p50Micros").asDouble()),
                Measurement.of(answer.path("p99Micros").asDouble()));
    }
}
