package io.wsstream.conformance.clients;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables of {@code docs/CLIENTS.md}: a row for each client, whose name is the first cell; each column stands in one
 * of the tables. All else in the document is left alone.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> never.
 */
final class ClientTable {
    private static final String NONE = "(no cell)";

    /** What is no table line stays as it is; a table is its lines' cells by client, the heading's under "client". */
    private record Part(List<String> text, Map<String, List<String>> rows) {
        boolean hasColumn(String column) {
            return columns().contains(column);
        }

        List<String> columns() {
            return rows.getOrDefault("client", List.of());
        }
    }

    private final List<Part> parts = new ArrayList<>();

    ClientTable(String document) {
        for (String line : document.split("\n", -1)) {
            boolean isTable = line.startsWith("|");
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
    String cell(String client, String column) {
        Part table = tableWith(column);
        List<String> row = table.rows.get(client);
        return row == null ? NONE : row.get(table.columns().indexOf(column));
    }

    /** Writes one cell; a client that has no row yet gets one at the end. */
    void set(String client, String column, String cell) {
        Part table = tableWith(column);
        table.rows
                .computeIfAbsent(client, name -> emptyRow(name, table.columns().size()))
                .set(table.columns().indexOf(column), cell);
    }

    private static List<String> emptyRow(String client, int columns) {
        List<String> row = new ArrayList<>(List.of(client));
        while (row.size() < columns) {
            row.add(NONE);
        }
        return row;
    }

    private Part tableWith(String column) {
        return parts.stream()
                .filter(part -> part.hasColumn(column))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no table has a column " + column));
    }

    /** Removes the rows of all others. */
    void keepOnly(Collection<String> clients) {
        for (Part part : parts) {
            part.rows.keySet().removeIf(row -> !row.equals("client") && !row.startsWith("-") && !clients.contains(row));
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
