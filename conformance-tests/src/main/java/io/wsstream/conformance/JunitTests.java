package io.wsstream.conformance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/**
 * The results of a run as dynamic tests of JUnit 5 or 6, one container for each suite. What does not apply, is known, or was
 * only recommended is aborted, with its reason.
 */
public final class JunitTests {
    private JunitTests() {}

    /**
     * Makes the tests.
     *
     * @param run already begun; closed with the stream, as JUnit does
     * @param deviations those of the run
     * @return for a {@code @TestFactory}
     */
    public static Stream<DynamicNode> of(ConformanceRun run, Deviations deviations) {
        Map<String, List<Case>> suites = run.cases().stream()
                .collect(Collectors.groupingBy(Case::suite, LinkedHashMap::new, Collectors.toList()));
        Stream<DynamicNode> nodes = suites.entrySet().stream()
                .map(suite -> DynamicContainer.dynamicContainer(
                        suite.getKey(), suite.getValue().stream().map(each -> test(each, run, deviations))));
        return nodes.onClose(run::close);
    }

    private static DynamicTest test(Case which, ConformanceRun run, Deviations deviations) {
        return DynamicTest.dynamicTest(which.id() + ": " + which.title(), () -> {
            CaseResult result = run.result(which);
            String explanation = String.join("\n", Report.explanation(result));
            if (deviations.isFailure(result)) {
                throw new AssertionError(which.id() + "\n" + explanation);
            }
            if (result.outcome() != CaseResult.Outcome.PASSED) {
                throw new TestAbortedException(result.outcome() + ": " + explanation);
            }
        });
    }
}
