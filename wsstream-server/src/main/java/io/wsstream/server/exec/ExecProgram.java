package io.wsstream.server.exec;

/**
 * A program in Java: what an exec runs in place of a process. It reads and writes streams, and may block; see {@link
 * ExecTarget#program(ExecProgram)}.
 */
@FunctionalInterface
public interface ExecProgram {
    /**
     * Runs once, for one session. What it has written is sent before its exit code.
     *
     * @param io the client's streams, and what it asked for
     * @return the exit code, 0 to 255
     * @throws Exception if it fails: a {@link io.wsstream.core.status.StatusError} is told to the client in its own words;
     *     anything else is logged, and the client hears of an internal error
     */
    int run(ExecStreams io) throws Exception;
}
