package io.wsstream.conformance.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.Case;
import io.wsstream.conformance.Level;
import io.wsstream.conformance.client.ClientConformance;
import io.wsstream.conformance.server.ServerConformance;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** There is a fault for each numbered rule that a required case judges. */
class FaultsTest {
    private static final Pattern RULE = Pattern.compile("^(?:PROTOCOL\\.md )?([0-9]+(?:\\.[0-9]+)+)$");

    @Test
    void everyRequiredRuleOfServersIsBrokenByAMutant() {
        assertEachIsBroken(
                ServerConformance.cases(),
                Arrays.stream(ServerFault.values()).map(ServerFault::caughtBy).collect(Collectors.toSet()));
    }

    @Test
    void everyRequiredRuleOfClientsIsBrokenByAMutant() {
        assertEachIsBroken(
                ClientConformance.cases(),
                Arrays.stream(ClientFault.values()).map(ClientFault::caughtBy).collect(Collectors.toSet()));
    }

    private static void assertEachIsBroken(List<Case> cases, Set<String> catching) {
        Set<String> unbroken = new TreeSet<>();
        cases.stream().filter(each -> each.level() == Level.REQUIRED).forEach(each -> unbroken.addAll(rules(each)));
        cases.stream().filter(each -> catching.contains(each.id())).forEach(each -> unbroken.removeAll(rules(each)));

        assertThat(unbroken).as("rules that no mutant breaks").isEmpty();
        assertThat(cases).extracting(Case::id).containsAll(catching);
    }

    private static Set<String> rules(Case which) {
        return which.sources().stream()
                .map(RULE::matcher)
                .filter(Matcher::matches)
                .map(rule -> rule.group(1))
                .collect(Collectors.toSet());
    }
}
