package io.wsstream.client.internal;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The head of the answer to the upgrade request.
 *
 * @param status the status code
 * @param reason the reason phrase, possibly empty
 * @param headers names in lower case, values trimmed, in order
 */
record HttpAnswer(int status, String reason, Map<String, List<String>> headers) {
    /** All values of a header that is a list, over all its lines. */
    List<String> elements(String name) {
        return lines(name).stream()
                .flatMap(line -> List.of(line.split(",", -1)).stream())
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .toList();
    }

    /** The lines of a header. */
    List<String> lines(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** The first line of a header, or nothing. */
    String first(String name) {
        List<String> lines = lines(name);
        return lines.isEmpty() ? "" : lines.get(0);
    }

    boolean hasElement(String name, String element) {
        return elements(name).stream().anyMatch(element::equalsIgnoreCase);
    }
}
