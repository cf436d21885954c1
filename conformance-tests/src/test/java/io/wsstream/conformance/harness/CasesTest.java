package io.wsstream.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.Case;
import io.wsstream.conformance.client.ClientConformance;
import io.wsstream.conformance.server.ServerConformance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The cases as a whole: all can be read, and no rule of the protocol is left out. */
class CasesTest {
    private static final Path PROTOCOL =
            Path.of(System.getProperty("wsstream.root", "..")).resolve("docs/PROTOCOL.md");
    private static final Pattern RULE = Pattern.compile("(?m)^ *- \\*\\*([0-9.]+)\\*\\*");
    private static final Pattern CITED = Pattern.compile("^(?:PROTOCOL\\.md )?([0-9]+(?:\\.[0-9]+)*)$");

    /** Rules that no peer on the other side can see kept or broken, each with its reason. */
    private static final Map<String, String> UNSEEN = new TreeMap<>(Map.ofEntries(
            Map.entry("2.2", "decides who serves a request; the answer is that of 3.3.2"),
            Map.entry("2.3", "decides who serves a request"),
            Map.entry("10.1.4", "is an option of a client"),
            Map.entry("5.9.2", "is a bound inside"),
            Map.entry("11.2.5", "needs a failure with such a message, which no command of every server makes"),
            Map.entry("7.12", "tells of a fault of others"),
            Map.entry("12.2.1", "would take 30 s and more a case"),
            Map.entry("13.3", "would take hours"),
            Map.entry("13.4", "would take hours"),
            Map.entry("14.4", "is about a caller's stream")));

    /** What is of other uses than exec on a pod, and has no cases: a kubelet's path, channels of one's own, ports, logs. */
    private static final List<String> BEYOND_EXEC = List.of("1.6", "6.2.", "8.", "9.");

    @Test
    void thereAreThreeHundredAndMore() {
        assertThat(ServerConformance.cases().size() + ClientConformance.cases().size())
                .isGreaterThan(400);
    }

    @Test
    void everyNumberedRuleHasACase() throws IOException {
        Set<String> cited = new TreeSet<>();
        all().forEach(each -> each.sources().forEach(source -> {
            Matcher number = CITED.matcher(source);
            if (number.matches()) {
                cited.add(number.group(1));
            }
        }));

        Set<String> rules = rules();
        Set<String> missing = new TreeSet<>(rules);
        missing.removeAll(UNSEEN.keySet());
        missing.removeIf(rule -> BEYOND_EXEC.stream().anyMatch(rule::startsWith));
        missing.removeIf(
                rule -> cited.stream().anyMatch(source -> source.equals(rule) || source.startsWith(rule + ".")));

        assertThat(rules).hasSizeGreaterThan(80);
        assertThat(missing).as("rules of PROTOCOL.md that no case cites").isEmpty();
    }

    @Test
    void everyCitedNumberIsARule() throws IOException {
        String text = Files.readString(PROTOCOL);
        for (Case each : all().toList()) {
            for (String source : each.sources()) {
                Matcher number = CITED.matcher(source);
                if (number.matches()) {
                    String rule = Pattern.quote(number.group(1));
                    assertThat(text)
                            .as("%s cites %s", each, source)
                            .containsPattern("(?m)(\\*\\*" + rule + "\\*\\*|^#+ " + rule + "\\.? )");
                }
            }
        }
    }

    private static Set<String> rules() throws IOException {
        Set<String> rules = new TreeSet<>();
        Matcher rule = RULE.matcher(Files.readString(PROTOCOL));
        while (rule.find()) {
            rules.add(rule.group(1));
        }
        return rules;
    }

    private static Stream<Case> all() {
        return Stream.of(ServerConformance.cases(), ClientConformance.cases()).flatMap(List::stream);
    }
}
