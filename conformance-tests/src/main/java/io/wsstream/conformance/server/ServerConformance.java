package io.wsstream.conformance.server;

import io.wsstream.conformance.Case;
import io.wsstream.conformance.CaseLoader;
import io.wsstream.conformance.ConformanceRun;
import io.wsstream.conformance.Deviations;
import io.wsstream.conformance.JunitTests;
import io.wsstream.conformance.Side;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/** The cases for servers, and how to play them. */
public final class ServerConformance {
    private static final int AT_ONCE = 32;

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
        deviations.checkNames(cases());
        return new ConformanceRun(cases, new ServerJudge(server), deviations, AT_ONCE);
    }

    /**
     * All cases as dynamic tests of JUnit 5 or 6: return them from a {@code @TestFactory}. A required case that fails is a
     * failed test; a recommended one is an aborted test, and so is one that does not apply.
     *
     * @param server the server
     * @return the tests, a container for each suite; they are already being played, some at a time
     * @throws IOException as {@link #start}
     */
    public static Stream<DynamicNode> tests(ServerUnderTest server) throws IOException, InterruptedException {
        return tests(server, Deviations.unlisted());
    }

    /**
     * The same with a list of expected deviations, or an empty one: then recommended cases count as well.
     *
     * @param server the server
     * @param deviations what is known to fail
     * @return the tests
     * @throws IOException as {@link #start}
     */
    public static Stream<DynamicNode> tests(ServerUnderTest server, Deviations deviations)
            throws IOException, InterruptedException {
        return JunitTests.of(start(cases(), server, deviations), deviations);
    }
}
