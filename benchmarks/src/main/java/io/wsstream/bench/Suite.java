package io.wsstream.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Rows that are measured together, and the processes they need. To add one: implement this, enter it in {@link Bench}. */
interface Suite extends AutoCloseable {
    /**
     * Starts the processes and makes the rows; the first call.
     *
     * @throws IOException if one did not start
     */
    void start() throws IOException;

    /**
     * Runs every path once with checksums, unmeasured.
     *
     * @throws Exception if a byte was wrong
     */
    void check() throws Exception;

    /** {@return the versions of the others, by name, in the order to print} */
    Map<String, String> peers() throws IOException;

    /** {@return what is measured; the same list each time} */
    List<Row> rows();

    /** Ends all processes. */
    @Override
    void close();
}
