package io.wsstream.server.exec;

/**
 * What serves exec requests: a process on this host ({@link LocalProcess}), or anything else that takes bytes and gives
 * bytes.
 */
@FunctionalInterface
public interface ExecTarget {
    /**
     * Serves one session, from now on and without holding up the caller: start the work elsewhere, tell the session
     * where its input goes ({@link ExecSession#start}), send output, and end it once with {@link ExecSession#exit} or
     * {@link ExecSession#fail}.
     *
     * <p>Called on an I/O thread; must not block. An exception ends the session with an internal error.
     *
     * @param session a session whose client has been let in
     */
    void open(ExecSession session);
}
