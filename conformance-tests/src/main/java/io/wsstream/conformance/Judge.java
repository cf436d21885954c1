package io.wsstream.conformance;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Plays cases against one peer. Safe for many threads; each call is independent of all others. */
public interface Judge {
    /**
     * Finds out once, before all cases, what the peer can do.
     *
     * @throws IOException if it cannot be reached or speaks nothing that the harness knows; says what to do
     */
    void probe() throws IOException, InterruptedException;

    /** {@return why this run does not apply to the peer; null if it does} */
    @Nullable
    String unfit(Case which, Case.Run run);

    /**
     * Plays one run.
     *
     * @param evidence told what was connected, before anything can fail
     * @throws CaseFailure if the peer does not do what the case expects
     * @throws IOException if the peer could not be reached
     */
    void play(Case which, Case.Run run, Evidence evidence) throws CaseFailure, IOException, InterruptedException;
}
