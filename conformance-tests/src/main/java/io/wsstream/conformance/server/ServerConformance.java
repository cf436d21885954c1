package io.wsstream.conformance.server;

import io.wsstream.conformance.Case;
import io.wsstream.conformance.CaseLoader;
import io.wsstream.conformance.ConformanceRun;
import io.wsstream.conformance.Deviations;
import io.wsstream.conformance.Side;
import java.io.IOException;
import java.util.List;

/** The cases for servers, and how to play them. */
public final class ServerConformance {
    private static final int AT_ONCE = 16;

    private ServerConformance() {}

    /** {@return all cases for servers} */
    public static List<Case> cases() {
        return CaseLoader.load(Side.SERVER);
    }

    /**
     * Plays cases; the caller reads the results and closes the run.
     *
     * @param cases some of {@link #cases()}
     * @param server the server
     * @param deviations what is known to fail
     * @return the run, begun
     * @throws IOException if the server cannot be reached, or speaks no subprotocol that the harness knows
     */
    public static ConformanceRun start(List<Case> cases, ServerUnderTest server, Deviations deviations)
            throws IOException, InterruptedException {
        return new ConformanceRun(cases, new ServerJudge(server), deviations, AT_ONCE);
    }
}
