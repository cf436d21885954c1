package io.wsstream.conformance.client;

import io.wsstream.conformance.Case;
import io.wsstream.conformance.CaseLoader;
import io.wsstream.conformance.ConformanceRun;
import io.wsstream.conformance.Deviations;
import io.wsstream.conformance.Side;
import java.io.IOException;
import java.util.List;

/** The cases for clients, and how to play them. */
public final class ClientConformance {
    private static final int AT_ONCE = 8;

    private ClientConformance() {}

    /** {@return all cases for clients} */
    public static List<Case> cases() {
        return CaseLoader.load(Side.CLIENT);
    }

    /**
     * Plays cases; the caller reads the results and closes the run.
     *
     * @param cases some of {@link #cases()}
     * @param client the client
     * @param deviations what is known to fail
     * @return the run, begun
     * @throws IOException if the client cannot be run, or offers no subprotocol that the harness knows
     */
    public static ConformanceRun start(List<Case> cases, ClientUnderTest client, Deviations deviations)
            throws IOException, InterruptedException {
        return new ConformanceRun(cases, new ClientJudge(client), deviations, AT_ONCE);
    }
}
