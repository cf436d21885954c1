package io.wsstream.conformance;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Results for people, a line each and the evidence of what failed, and as JUnit XML for machines. */
public final class Report {
    private final Deviations deviations;
    private final List<CaseResult> results = new ArrayList<>();

    /**
     * Begins.
     *
     * @param deviations what is known to fail
     */
    public Report(Deviations deviations) {
        this.deviations = deviations;
    }

    /** Takes a result, and prints it. */
    public void add(CaseResult result, PrintWriter out) {
        results.add(result);
        for (String line : lines(result)) {
            out.println(line);
        }
        out.flush();
    }

    /** {@return the first line of a result, and what explains it} */
    private List<String> lines(CaseResult result) {
        Case subject = result.subject();
        List<String> lines = new ArrayList<>();
        lines.add(String.format("%-5s %-40s %s", word(result), subject.id(), subject.title()));
        if (result.outcome() == CaseResult.Outcome.FAILED) {
            lines.addAll(explanation(result));
        } else {
            result.explanation().forEach(line -> lines.add("        " + line));
        }
        return lines;
    }

    /** {@return the rule that was broken, where it stands, what was expected and what was seen} */
    static List<String> explanation(CaseResult result) {
        Case subject = result.subject();
        List<String> lines = new ArrayList<>();
        lines.add("        rule: " + subject.title() + " ("
                + subject.level().name().toLowerCase(Locale.ROOT) + ")");
        lines.add("        source: " + String.join("; ", subject.sources()));
        result.explanation().forEach(line -> lines.add("        " + line));
        result.evidence().forEach(line -> lines.add("          | " + line));
        return lines;
    }

    private String word(CaseResult result) {
        return switch (result.outcome()) {
            case PASSED -> "ok";
            case FAILED -> deviations.isFailure(result) ? "FAIL" : "warn";
            case DEVIATES -> "known";
            case NOT_APPLICABLE -> "skip";
        };
    }

    /** {@return whether nothing failed that counts} */
    public boolean isGood() {
        return results.stream().noneMatch(deviations::isFailure);
    }

    /** {@return one line of figures} */
    public String summary() {
        long failed = results.stream().filter(deviations::isFailure).count();
        return results.size() + " cases: " + count(CaseResult.Outcome.PASSED) + " ok, " + failed + " failed, "
                + (count(CaseResult.Outcome.FAILED) - failed) + " recommended ones not kept, "
                + count(CaseResult.Outcome.DEVIATES) + " known deviations, "
                + count(CaseResult.Outcome.NOT_APPLICABLE) + " do not apply";
    }

    private long count(CaseResult.Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).count();
    }

    /**
     * Writes JUnit XML, a test suite for each section.
     *
     * @param file is replaced
     * @throws IOException if it cannot be written
     */
    public void writeXml(Path file) throws IOException {
        Map<String, List<CaseResult>> suites = new LinkedHashMap<>();
        results.forEach(result -> suites.computeIfAbsent(result.subject().suite(), suite -> new ArrayList<>())
                .add(result));
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuites");
            for (Map.Entry<String, List<CaseResult>> suite : suites.entrySet()) {
                write(xml, suite.getKey(), suite.getValue());
            }
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException unwritable) {
            throw new IOException(unwritable);
        }
    }

    private void write(XMLStreamWriter xml, String suite, List<CaseResult> cases) throws XMLStreamException {
        xml.writeCharacters("\n");
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", suite);
        xml.writeAttribute("tests", String.valueOf(cases.size()));
        xml.writeAttribute(
                "failures",
                String.valueOf(cases.stream().filter(deviations::isFailure).count()));
        xml.writeAttribute(
                "skipped", String.valueOf(cases.stream().filter(this::isSkipped).count()));
        for (CaseResult result : cases) {
            xml.writeCharacters("\n  ");
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", suite);
            xml.writeAttribute("name", result.subject().id());
            xml.writeAttribute(
                    "time", String.format(Locale.ROOT, "%.3f", result.took().toMillis() / 1e3));
            if (deviations.isFailure(result)) {
                xml.writeStartElement("failure");
                xml.writeAttribute("message", printable(String.join("; ", result.explanation())));
                xml.writeCharacters(printable("\n" + String.join("\n", explanation(result)) + "\n"));
                xml.writeEndElement();
            } else if (isSkipped(result)) {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", printable(word(result) + ": " + String.join("; ", result.explanation())));
            }
            xml.writeEndElement();
        }
        xml.writeCharacters("\n");
        xml.writeEndElement();
    }

    private boolean isSkipped(CaseResult result) {
        return result.outcome() != CaseResult.Outcome.PASSED && !deviations.isFailure(result);
    }

    /** XML 1.0 has no way to write most control characters. */
    private static String printable(String text) {
        return text.replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]", "?");
    }
}
