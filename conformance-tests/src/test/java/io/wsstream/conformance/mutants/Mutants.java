package io.wsstream.conformance.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.Case;
import io.wsstream.conformance.CaseResult;
import io.wsstream.conformance.Level;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/** One test for each fault: its case fails, and says what it saw. All are played at once, since most of it is waiting. */
final class Mutants {
    private static final int AT_ONCE = 48;

    /** Plays the case that has to catch a fault against a peer that has it. */
    interface Player<F> {
        CaseResult play(F fault) throws Exception;
    }

    private Mutants() {}

    /** {@return those that a peer has to pass to be one to break} */
    static List<Case> required(List<Case> cases) {
        return cases.stream().filter(each -> each.level() == Level.REQUIRED).toList();
    }

    static <F extends Enum<F>> Stream<DynamicNode> tests(F[] faults, Function<F, String> caughtBy, Player<F> player) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        List<DynamicNode> tests = Arrays.stream(faults)
                .map(fault -> {
                    Future<CaseResult> result = threads.submit(() -> player.play(fault));
                    return (DynamicNode) DynamicTest.dynamicTest(fault + " by " + caughtBy.apply(fault), () -> {
                        CaseResult judged = result.get(5, TimeUnit.MINUTES);
                        assertThat(judged.outcome())
                                .as("%s of a peer with %s", judged.subject(), fault)
                                .isEqualTo(CaseResult.Outcome.FAILED);
                        assertThat(judged.explanation()).anyMatch(line -> line.startsWith("seen: "));
                    });
                })
                .toList();
        threads.shutdown();
        return tests.stream();
    }
}
