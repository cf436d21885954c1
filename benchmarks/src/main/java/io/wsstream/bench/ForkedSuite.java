package io.wsstream.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of processes that stay until the end of the suite. */
abstract class ForkedSuite implements Suite {
    final List<Row> rows = new ArrayList<>();
    private final List<Forked> processes = new ArrayList<>();
    private @Nullable SelfSigned identity;

    /** Ends the process with the suite. */
    final Forked started(Forked process) {
        processes.add(process);
        return process;
    }

    /** A certificate for all servers of the suite; its files go with the suite. */
    final SelfSigned newIdentity() throws IOException {
        SelfSigned created = SelfSigned.create();
        identity = created;
        return created;
    }

    /** {@return the pod of a server that has just been started: its first answer names its URL} */
    static Order.Address address(Forked server, String ca) throws IOException {
        return BenchServer.address(server.answer().path("url").asText(), ca);
    }

    /** Nothing beside, where each run checks what it brought, or each warm-up. */
    @Override
    public void check() throws Exception {}

    @Override
    public final List<Row> rows() {
        return List.copyOf(rows);
    }

    @Override
    public void close() {
        processes.forEach(Forked::close);
        processes.clear();
        if (identity != null) {
            identity.close();
        }
    }
}
