package io.wsstream.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a failure, and how it is reported. */
class DeviationsTest {
    private static final Case REQUIRED = theCase("1-required", "required");
    private static final Case RECOMMENDED = theCase("1-recommended", "recommended");

    @Test
    void withoutAListOnlyRequiredCasesCount() {
        assertThat(Deviations.unlisted().isFailure(failed(REQUIRED))).isTrue();
        assertThat(Deviations.unlisted().isFailure(failed(RECOMMENDED))).isFalse();
    }

    @Test
    void withAListEveryCaseCounts() {
        assertThat(Deviations.none().isFailure(failed(RECOMMENDED))).isTrue();
    }

    @Test
    void aListedDeviationIsKnownWithItsReason() throws IOException {
        CaseResult weighed = listed("1-required").weigh(failed(REQUIRED));

        assertThat(weighed.outcome()).isEqualTo(CaseResult.Outcome.DEVIATES);
        assertThat(weighed.explanation()).containsExactly("since always");
    }

    @Test
    void aListedDeviationThatDoesNotHappenIsAFailure() throws IOException {
        Deviations list = listed("1-required");

        CaseResult passed = list.weigh(result(REQUIRED, CaseResult.Outcome.PASSED));
        CaseResult absent = list.weigh(result(REQUIRED, CaseResult.Outcome.NOT_APPLICABLE));

        assertThat(list.isFailure(passed)).isTrue();
        assertThat(passed.explanation().get(0)).contains("passes").contains("take it off the list");
        assertThat(list.isFailure(absent)).isTrue();
    }

    @Test
    void aRaceMayHappenOrNot() throws IOException {
        Deviations list =
                Deviations.of(yaml("{peer: p, deviations: [{case: 1-required, sometimes: true, reason: a race}]}"));

        assertThat(list.weigh(failed(REQUIRED)).outcome()).isEqualTo(CaseResult.Outcome.DEVIATES);
        assertThat(list.weigh(result(REQUIRED, CaseResult.Outcome.PASSED)).outcome())
                .isEqualTo(CaseResult.Outcome.PASSED);
        assertThat(list.isFailure(list.weigh(result(REQUIRED, CaseResult.Outcome.NOT_APPLICABLE))))
                .isTrue();
    }

    @Test
    void aListOfACaseThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> listed("1-gone").checkNames(List.of(REQUIRED))).hasMessageContaining("1-gone");
    }

    @Test
    void theReportNamesTheRuleItsSourceAndWhatWasSeen(@TempDir Path folder) throws IOException {
        StringWriter text = new StringWriter();
        Report report = new Report(Deviations.unlisted());

        report.add(failed(REQUIRED), new PrintWriter(text));
        report.add(failed(RECOMMENDED), new PrintWriter(text));
        report.writeXml(folder.resolve("report.xml"));

        assertThat(report.isGood()).isFalse();
        assertThat(text.toString())
                .contains(
                        "FAIL  1-required",
                        "rule: the rule (required)",
                        "source: PROTOCOL.md 1",
                        "seen: that",
                        "| < ff")
                .contains("warn  1-recommended");
        assertThat(Files.readString(folder.resolve("report.xml")))
                .contains("<testsuite name=\"1-x\" tests=\"2\" failures=\"1\" skipped=\"1\">")
                .contains("<failure message=\"seen: that\">");
    }

    private static Deviations listed(String id) throws IOException {
        return Deviations.of(yaml("{peer: p, deviations: [{case: " + id + ", reason: since always}]}"));
    }

    private static Node yaml(String text) throws IOException {
        return CaseLoader.yaml(new ByteArrayInputStream(text.getBytes(UTF_8)), "list");
    }

    private static CaseResult failed(Case which) {
        return result(which, CaseResult.Outcome.FAILED);
    }

    private static CaseResult result(Case which, CaseResult.Outcome outcome) {
        return new CaseResult(which, outcome, List.of("seen: that"), List.of("< ff"), Duration.ZERO);
    }

    private static Case theCase(String id, String level) {
        String yaml =
                "{title: t, cases: [{id: " + id + ", title: the rule, source: PROTOCOL.md 1, level: " + level + "}]}";
        try {
            return CaseLoader.load(
                            Side.SERVER,
                            "server/1-x.yaml",
                            CaseLoader.yaml(new ByteArrayInputStream(yaml.getBytes(UTF_8)), "1-x.yaml"))
                    .get(0);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
