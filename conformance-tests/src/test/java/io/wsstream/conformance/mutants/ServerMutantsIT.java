package io.wsstream.conformance.mutants;

import io.wsstream.conformance.CaseResult;
import io.wsstream.conformance.CaseSelection;
import io.wsstream.conformance.ConformanceRun;
import io.wsstream.conformance.Deviations;
import io.wsstream.conformance.JunitTests;
import io.wsstream.conformance.server.ServerConformance;
import io.wsstream.conformance.server.ServerUnderTest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** The harness finds nothing to say of a correct server, and of each broken one the right thing. */
class ServerMutantsIT {
    @TestFactory
    Stream<DynamicNode> theReferenceKeepsEveryRequiredRule() throws Exception {
        ReferenceServer server = new ReferenceServer();
        ConformanceRun run = ServerConformance.start(
                Mutants.required(ServerConformance.cases()), under(server), Deviations.unlisted());
        return JunitTests.of(run, Deviations.unlisted()).onClose(server::close);
    }

    @TestFactory
    Stream<DynamicNode> everyFaultIsCaughtByTheCaseOfItsRule() {
        return Mutants.tests(ServerFault.values(), ServerFault::caughtBy, ServerMutantsIT::play);
    }

    private static CaseResult play(ServerFault fault) throws Exception {
        var cases = CaseSelection.of(ServerConformance.cases(), List.of(), List.of(fault.caughtBy()));
        try (ReferenceServer server = new ReferenceServer(fault);
                ConformanceRun run = ServerConformance.start(cases, under(server), Deviations.unlisted())) {
            return run.result(cases.get(0));
        }
    }

    private static ServerUnderTest under(ReferenceServer server) {
        return ServerUnderTest.at(server.url()).token(ReferenceServer.TOKEN);
    }
}
