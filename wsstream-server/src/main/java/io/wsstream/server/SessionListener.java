package io.wsstream.server;

/**
 * Hears of sessions: for audit, metrics, accounting.
 *
 * <p><b>Threads:</b> called by whichever thread opened or ended the session; for one session {@link #opened} is over
 * before {@link #ended} begins, different sessions may come at once. <b>Blocking:</b> not allowed. An exception is logged
 * and changes nothing.
 */
public interface SessionListener {
    /**
     * A session was upgraded; its process is not started yet.
     *
     * @param session what it is about
     */
    default void opened(SessionInfo session) {}

    /**
     * A session ended; called once for each that was opened.
     *
     * @param session as it was given to {@link #opened}
     * @param outcome how it ended
     */
    default void ended(SessionInfo session, SessionOutcome outcome) {}
}
