package io.wsstream.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the schema of cases takes, and how it tells what it does not. */
class CaseFormatTest {
    @Test
    void aCaseIsPlayedForEachSubprotocolAndEachRow() throws IOException {
        Case only = read("{id: 1-x, title: t, source: s, protocols: [v4, v5], each: [{n: 1}, {n: 2}],"
                        + " steps: [{send: {CLOSE: \"${n}\"}}]}")
                .get(0);

        assertThat(only.runs()).extracting(Case.Run::label).containsExactly("v4 n=1", "v4 n=2", "v5 n=1", "v5 n=2");
        assertThat(only.runs().get(3).steps()).hasToString("[send {CLOSE: 2}]");
    }

    @Test
    void whatIsNotSaidIsSaidByTheFile() throws IOException {
        Case only = CaseLoader.load(
                        Side.SERVER,
                        "server/1-x.yaml",
                        yaml(
                                "{title: t, defaults: {level: recommended, protocols: v4}, cases: [{id: 1-x, title: t, source: s}]}"))
                .get(0);

        assertThat(only.level()).isEqualTo(Level.RECOMMENDED);
        assertThat(only.suite()).isEqualTo("1-x");
        assertThat(only.runs()).extracting(Case.Run::dialect).containsExactly(Dialect.V4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{id: x, title: t, source: s} | the id x",
                "{id: 1-x, title: t} | no \"source\"",
                "{id: 1-x, title: t, source: s, step: []} | unknown [step]",
                "{id: 1-x, title: t, source: s, protocols: v9} | no subprotocol v9",
                "{id: 1-x, title: t, source: s, watch: w} | no watch \"w\"",
                "{id: 1-x, title: t, source: s, steps: [{jump: 1}]} | steps[1]: no step \"jump\"",
                "{id: 1-x, title: t, source: s, steps: [{send: {stdin: a, stdot: b}}]} | \"stdot\" cannot be sent",
                "{id: 1-x, title: t, source: s, steps: [{send: {stdin: 7}}]} | bytes are expected",
                "{id: 1-x, title: t, source: s, steps: [{send: {stdin: {hex: 00}}}]} | text is expected",
                "{id: 1-x, title: t, source: s, steps: [{send: {stdin: {hex: '0g'}}}]} | in 0g",
                "{id: 1-x, title: t, source: s, steps: [{expect: {stdut: a}}]} | no expectation \"stdut\"",
                "{id: 1-x, title: t, source: s, steps: [{expect: {within: 5s}}]} | nothing is expected",
                "{id: 1-x, title: t, source: s, steps: [{expect: {close: 1000, within: 5}}]} | text is expected",
                "{id: 1-x, title: t, source: s, steps: [{pause: 5m}]} | a time is expected",
                "{id: 1-x, title: t, source: s, steps: [{send: {stdin: '${n}'}}]} | no variable ${n}",
                "{id: 1-x, title: t, source: s, steps: [{frame: {opcode: pang}}]} | no opcode pang",
                "{id: 1-x, title: t, source: s, steps: [{end: now}]} | fin or rst",
            })
    void aMistakeIsToldWithItsPlace(String written, String told) {
        assertThatThrownBy(() -> read(written))
                .isInstanceOf(CaseFormatException.class)
                .hasMessageContaining("1-x.yaml")
                .hasMessageContaining(told);
    }

    @Test
    void namesOfSuitesAndCasesAreChecked() throws IOException {
        List<Case> all = read("{id: 1-x, title: t, source: s}");

        assertThat(CaseSelection.of(all, List.of(), List.of("1-x"))).hasSize(1);
        assertThatThrownBy(() -> CaseSelection.of(all, List.of(), List.of("1-y")))
                .hasMessage("no case \"1-y\"; there are 1-x");
    }

    private static List<Case> read(String written) throws IOException {
        return CaseLoader.load(Side.SERVER, "server/1-x.yaml", yaml("{title: t, cases: [" + written + "]}"));
    }

    private static Node yaml(String text) throws IOException {
        return CaseLoader.yaml(new ByteArrayInputStream(text.getBytes(UTF_8)), "1-x.yaml");
    }
}
