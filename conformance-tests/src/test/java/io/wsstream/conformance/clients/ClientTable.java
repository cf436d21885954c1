package io.wsstream.conformance.clients;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Those tables of {@code docs/CLIENTS.md} whose first column has one heading: a row for each name, which is its first
 * cell; each column stands in one of the tables. All else in the document is left alone.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> never.
 */
final class ClientTable {
    private static final String NONE = "(no cell)";

    /** What is no line of such a table stays as it is; a table is its lines' cells by name, the heading among them. */
    private record Part(List<String> text, Map<String, List<String>> rows) {
        List<String> columns() {
            return rows.values().stream().findFirst().orElse(List.of());
        }
    }

    private final List<Part> parts = new ArrayList<>();

    ClientTable(String document, String heading) {
        boolean isTable = false;
        for (String line : document.split("\n", -1)) {
            isTable = line.startsWith("|") && (isTable || line.startsWith("| " + heading + " |"));
            if (parts.isEmpty() || isTable == last().rows.isEmpty()) {
                parts.add(new Part(new ArrayList<>(), new LinkedHashMap<>()));
            }
            if (isTable) {
                List<String> cells = cellsOf(line);
                last().rows.put(cells.get(0), cells);
            } else {
                last().text.add(line);
            }
        }
    }

    private Part last() {
        return parts.get(parts.size() - 1);
    }

    private static List<String> cellsOf(String line) {
        List<String> cells = new ArrayList<>();
        for (String cell : line.substring(1, line.length() - 1).split("\\|", -1)) {
            cells.add(cell.strip());
        }
        return cells;
    }

    /** One cell; a phrase that no cell holds if there is none. */
    String cell(String name, String column) {
        Part table = tableWith(column);
        List<String> row = table.rows.get(name);
        return row == null ? NONE : row.get(table.columns().indexOf(column));
    }

    /** Writes one cell; a name that has no row yet gets one at the end. */
    void set(String name, String column, String cell) {
        Part table = tableWith(column);
        table.rows
                .computeIfAbsent(name, added -> emptyRow(added, table.columns().size()))
                .set(table.columns().indexOf(column), cell);
    }

    private static List<String> emptyRow(String name, int columns) {
        List<String> row = new ArrayList<>(List.of(name));
        while (row.size() < columns) {
            row.add(NONE);
        }
        return row;
    }

    private Part tableWith(String column) {
        return parts.stream()
                .filter(part -> part.columns().contains(column))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no table has a column " + column));
    }

    /** Removes the rows of all others. */
    void keepOnly(Collection<String> names) {
        for (Part part : parts) {
            Set<String> rows = part.rows.keySet();
            rows.stream()
                    .skip(2) // the heading, and the line below it
                    .filter(row -> !names.contains(row))
                    .toList()
                    .forEach(rows::remove);
        }
    }

    /** The document. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        for (Part part : parts) {
            lines.addAll(part.text);
            part.rows.values().forEach(cells -> lines.add("| " + String.join(" | ", cells) + " |"));
        }
        return String.join("\n", lines);
    }
}
