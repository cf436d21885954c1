package io.wsstream.bench;

import java.util.List;

/** Rows that are measured together, and the processes they need. To add one: implement this, enter it in {@link Bench}. */
interface Suite extends AutoCloseable {
    /**
     * Runs every path once with checksums, unmeasured.
     *
     * @throws Exception if a byte was wrong
     */
    void check() throws Exception;

    /** {@return what is measured; the same list each time} */
    List<Row> rows();

    /** Ends all processes. */
    @Override
    void close();
}
