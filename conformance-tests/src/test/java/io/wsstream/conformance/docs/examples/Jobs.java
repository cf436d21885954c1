package io.wsstream.conformance.docs.examples;

import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

public class Jobs implements PodCatalog {
    private final Map<String, Pod> running = new ConcurrentSkipListMap<>();

    public void started(String job) {
        running.put(
                job,
                new Pod(
                        "jobs",
                        job,
                        List.of("worker", "proxy"),
                        Map.of("app", "jobs"),
                        Map.of("kubectl.kubernetes.io/default-container", "worker"),
                        Instant.now()));
    }

    public void ended(String job) {
        running.remove(job);
    }

    @Override
    public List<Pod> list() {
        return List.copyOf(running.values());
    }
}
