package io.wsstream.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The jobs of {@link ExecLoad}s, whose warm-ups have checksums: a load on a stack that takes part in several rows runs once a round. */
final class ExecJobs {
    private final Map<String, Job> jobs = new HashMap<>();

    Job of(ExecLoad load, ExecStack stack) {
        return jobs.computeIfAbsent(
                stack.name() + " " + load,
                name -> new Job(name, () -> checkedWarmUp(load, stack), () -> load.run(stack)));
    }

    private static List<Measurement> checkedWarmUp(ExecLoad load, ExecStack stack) throws Exception {
        load.check(stack);
        return load.warmUp().run(stack);
    }
}
