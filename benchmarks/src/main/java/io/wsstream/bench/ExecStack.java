package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client and a server that stay.
 *
 * @param name for messages
 * @param client takes an {@link Order} a line
 * @param server what the client asks, or null if the client alone is measured
 * @param address by which it does
 */
record ExecStack(String name, Forked client, @Nullable Forked server, Order.Address address) {
    private static final double MIB = 1 << 20;

    /** Asks the client and refuses another answer than that in one field. */
    JsonNode ask(Order order, String field, String expected) throws IOException {
        JsonNode answer = client.ask(order);
        String came = answer.path(field).asText();
        if (!came.equals(expected)) {
            throw new IOException(field + " is \"" + came + "\", expected " + expected);
        }
        return answer;
    }

    /**
     * {@return how fast it was: from the order to the answer, with the CPU time of both processes; of a client alone what
     * it says of itself, with what it allocated for each frame}
     */
    List<Measurement> rate(Order order, ExecLoad.Rate load, String field) throws IOException {
        long bytes = load.bytes();
        Duration cpu = cpu();
        long begun = System.nanoTime();
        JsonNode answer = ask(order, field, Long.toString(bytes));
        double seconds = (System.nanoTime() - begun) / 1e9;
        double cpuSeconds = cpu().minus(cpu).toNanos() / 1e9;
        if (server != null) {
            return List.of(Measurement.rate(bytes / MIB / seconds, cpuSeconds, bytes));
        }
        return List.of(
                Measurement.ofClient(answer, bytes),
                Measurement.of(answer.path("allocatedBytes").asDouble() * load.frame() / bytes));
    }

    private Duration cpu() {
        return server == null ? client.cpu() : client.cpu().plus(server.cpu());
    }
}
