package io.wsstream.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a server under test does once it listens: it says where, answers orders, and ends with its stdin. */
final class Orders {
    private static final int COLLECTIONS = 3;

    private Orders() {}

    /** Answers {@code heap} with the bytes that live, and {@code allocated} with all so far, until stdin ends. */
    static void serve(String url) throws IOException {
        answer(Map.of("url", url));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            answer(
                    switch (order) {
                        case "heap" -> memory();
                        case "allocated" -> Map.of("allocatedBytes", Allocated.bytes());
                        default -> Map.of("error", "no order " + order);
                    });
        }
    }

    private static void answer(Map<String, ?> answer) throws IOException {
        System.out.println(Forked.JSON.writeValueAsString(answer));
    }

    private static Map<String, Long> memory() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return Map.of("heapBytes", heap, "directBytes", direct);
    }
}
