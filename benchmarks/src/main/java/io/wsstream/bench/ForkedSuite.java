package io.wsstream.bench;

import java.util.ArrayList;
import java.util.List;

/** Rows of processes that stay until the end of the suite. */
abstract class ForkedSuite implements Suite {
    final List<Row> rows = new ArrayList<>();
    private final List<Forked> processes = new ArrayList<>();

    /** Ends the process with the suite. */
    final Forked started(Forked process) {
        processes.add(process);
        return process;
    }

    @Override
    public final List<Row> rows() {
        return List.copyOf(rows);
    }

    @Override
    public void close() {
        processes.forEach(Forked::close);
        processes.clear();
    }
}
