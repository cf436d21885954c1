package io.wsstream.conformance.mutants;

import io.wsstream.conformance.CaseResult;
import io.wsstream.conformance.CaseSelection;
import io.wsstream.conformance.ConformanceRun;
import io.wsstream.conformance.Deviations;
import io.wsstream.conformance.JunitTests;
import io.wsstream.conformance.client.ClientConformance;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * The harness finds nothing to say of a correct client, and of each broken one the right thing. Both are played at the same
 * time, since most of it is waiting.
 */
class ClientMutantsIT {
    private static Stream<DynamicNode> reference;
    private static Stream<DynamicNode> mutants;

    @BeforeAll
    static void start() throws Exception {
        ConformanceRun run = ClientConformance.start(
                Mutants.required(ClientConformance.cases()), new ReferenceClient(), Deviations.unlisted());
        reference = JunitTests.of(run, Deviations.unlisted());
        mutants = Mutants.tests(ClientFault.values(), ClientFault::caughtBy, ClientMutantsIT::play);
    }

    @TestFactory
    Stream<DynamicNode> theReferenceKeepsEveryRequiredRule() {
        return reference;
    }

    @TestFactory
    Stream<DynamicNode> everyFaultIsCaughtByTheCaseOfItsRule() {
        return mutants;
    }

    private static CaseResult play(ClientFault fault) throws Exception {
        var cases = CaseSelection.of(ClientConformance.cases(), List.of(), List.of(fault.caughtBy()));
        try (ConformanceRun run = ClientConformance.start(cases, new ReferenceClient(fault), Deviations.unlisted())) {
            return run.result(cases.get(0));
        }
    }
}
