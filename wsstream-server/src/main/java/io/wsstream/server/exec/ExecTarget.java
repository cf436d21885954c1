package io.wsstream.server.exec;

import java.util.concurrent.Executor;

/**
 * What serves exec requests: a process on this host ({@link LocalProcess}), a {@linkplain #program program} in Java, or
 * anything else that takes bytes and gives bytes.
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

    /**
     * A target that runs code which may block, on a thread of its own for each session.
     *
     * @param program run once for each session, several at once; threads are daemons named {@code wsstream-exec-SESSION}
     * @return the target
     */
    static ExecTarget program(ExecProgram program) {
        return session -> {
            String name = "wsstream-exec-" + session.request().sessionId();
            ProgramRun.open(session, program, run -> {
                Thread thread = new Thread(run, name);
                thread.setDaemon(true);
                thread.start();
            });
        };
    }

    /**
     * A target that runs code which may block, on the caller's threads.
     *
     * @param program run once for each session, several at once
     * @param threads the caller's to close, after the server; a session that it rejects ends with an internal error
     * @return the target
     */
    static ExecTarget program(ExecProgram program, Executor threads) {
        return session -> ProgramRun.open(session, program, threads);
    }
}
