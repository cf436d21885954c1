package io.wsstream.conformance.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The head of an HTTP request or response as it came: the first line, and header lines in order.
 *
 * @param firstLine without the line break
 * @param lines each header line as name and value
 */
public record HttpHead(String firstLine, List<Line> lines) {
    /**
     * One header line.
     *
     * @param name as it was written
     * @param value without white space around it
     */
    public record Line(String name, String value) {}

    /** Copies the lines. */
    public HttpHead {
        lines = List.copyOf(lines);
    }

    /** {@return the head that these bytes are; a line without a colon has an empty value} */
    public static HttpHead parse(byte[] bytes) {
        String[] all = new String(bytes, StandardCharsets.ISO_8859_1).split("\r\n", -1);
        List<Line> lines = new ArrayList<>();
        for (int i = 1; i < all.length; i++) {
            if (!all[i].isEmpty()) {
                int colon = all[i].indexOf(':');
                lines.add(
                        colon < 0
                                ? new Line(all[i], "")
                                : new Line(
                                        all[i].substring(0, colon),
                                        all[i].substring(colon + 1).strip()));
            }
        }
        return new HttpHead(all[0], lines);
    }

    /** {@return the values of all lines of this name, in any case} */
    public List<String> all(String name) {
        return lines.stream()
                .filter(line -> line.name().equalsIgnoreCase(name))
                .map(Line::value)
                .toList();
    }

    /** {@return the value of the first line of this name, in any case} */
    public Optional<String> first(String name) {
        return all(name).stream().findFirst();
    }

    /** {@return whether one of the comma lists under this name has this element, in any case} */
    public boolean lists(String name, String element) {
        return all(name).stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .anyMatch(part -> part.strip().toLowerCase(Locale.ROOT).equals(element.toLowerCase(Locale.ROOT)));
    }

    /** {@return the method of a request, or the version of a response} */
    public String firstWord() {
        return word(0);
    }

    /** {@return the target of a request} */
    public String target() {
        return word(1);
    }

    /** {@return the status of a response; 0 if there is none} */
    public int status() {
        String code = word(1);
        return code.matches("[1-5][0-9][0-9]") ? Integer.parseInt(code) : 0;
    }

    private String word(int index) {
        String[] words = firstLine.split(" ", -1);
        return index < words.length ? words[index] : "";
    }
}
