package io.wsstream.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Reads the cases. Source: {@code /cases/README.md}. */
public final class CaseLoader {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Map<Side, List<Case>> LOADED = new ConcurrentHashMap<>();

    private CaseLoader() {}

    /**
     * Reads all cases of a side, in the order of {@code /cases/index.txt}.
     *
     * @param side server or client
     * @return the cases
     * @throws CaseFormatException if a file does not keep the schema
     */
    public static List<Case> load(Side side) {
        return LOADED.computeIfAbsent(side, CaseLoader::read);
    }

    private static List<Case> read(Side side) {
        List<Case> cases = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        String folder = side.name().toLowerCase(Locale.ROOT) + "/";
        for (String file : lines("/cases/index.txt")) {
            if (file.startsWith(folder)) {
                for (Case next : load(side, file, yaml("/cases/" + file))) {
                    if (!ids.add(next.id())) {
                        throw new CaseFormatException(file, "a second case " + next.id());
                    }
                    cases.add(next);
                }
            }
        }
        return List.copyOf(cases);
    }

    /** {@return the commands that cases ask servers to run: name to program and arguments} */
    static Node commands() {
        return yaml("/cases/commands.yaml");
    }

    private static List<String> lines(String resource) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(resource(resource), StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.isBlank()).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static InputStream resource(String name) {
        InputStream found = CaseLoader.class.getResourceAsStream(name);
        if (found == null) {
            throw new CaseFormatException(name, "no such resource");
        }
        return found;
    }

    private static Node yaml(String name) {
        try (InputStream in = resource(name)) {
            return yaml(in, name.substring(name.lastIndexOf('/') + 1));
        } catch (IOException unreadable) {
            throw new CaseFormatException(name, String.valueOf(unreadable.getMessage()));
        }
    }

    static Node yaml(InputStream in, String name) throws IOException {
        try {
            return Node.of(YAML.readValue(in, Object.class), name);
        } catch (JsonProcessingException malformed) {
            throw new CaseFormatException(name, "is no YAML: " + malformed.getOriginalMessage());
        }
    }

    static List<Case> load(Side side, String file, Node all) {
        String suite = file.substring(file.indexOf('/') + 1).replace(".yaml", "");
        Node defaults = all.only("title", "about", "defaults", "cases").get("defaults");
        return all.need("cases").list().stream()
                .map(each -> read(side, suite, defaults, each))
                .toList();
    }

    private static Case read(Side side, String suite, @Nullable Node defaults, Node written) {
        String id = written.need("id").text();
        Map<String, Object> merged = new TreeMap<>();
        if (defaults != null) {
            merged.putAll(defaults.variables());
        }
        merged.putAll(written.variables());
        Node body = Node.of(merged, suite + ".yaml: " + id)
                .only(
                        "id",
                        "title",
                        "source",
                        "level",
                        "protocols",
                        "needs",
                        "watch",
                        "each",
                        "steps",
                        "run",
                        "streams",
                        "request",
                        "response",
                        "stdin",
                        "client",
                        "pings");
        Node level = body.get("level");
        Node needs = body.get("needs");
        Node watch = body.get("watch");
        if (!id.matches("[0-9]+(\\.[0-9]+)*-[a-z0-9-]+")) {
            throw body.wrong("the id " + id + "; expected section-name, such as 7-close-unknown-channel");
        }
        return new Case(
                side,
                suite,
                id,
                body.need("title").text(),
                body.need("source").list().stream().map(Node::text).toList(),
                Level.valueOf(level == null ? "REQUIRED" : level.text().toUpperCase(Locale.ROOT)),
                needs == null ? Set.of() : Set.copyOf(needs.words()),
                watch == null ? null : Watch.of(watch),
                runs(body));
    }

    private static List<Case.Run> runs(Node body) {
        List<Case.Run> runs = new ArrayList<>();
        Node each = body.get("each");
        List<Map<String, Object>> rows = each == null
                ? List.of(Map.of())
                : each.list().stream().map(Node::variables).toList();
        for (Dialect dialect : dialects(body)) {
            for (Map<String, Object> row : rows) {
                Map<String, Object> variables = new TreeMap<>(row);
                List<String> label = new ArrayList<>();
                if (dialect != null) {
                    variables.put("protocol", dialect.wireName());
                    label.add(dialect.label());
                }
                row.forEach((name, value) -> label.add(name + "=" + value));
                runs.add(new Case.Run(String.join(" ", label), dialect, body.with(variables)));
            }
        }
        return runs;
    }

    private static List<@Nullable Dialect> dialects(Node body) {
        List<@Nullable Dialect> dialects = new ArrayList<>();
        Node protocols = body.get("protocols");
        if (protocols == null || protocols.toString().equals("any")) {
            dialects.add(null);
            return dialects;
        }
        for (String label : protocols.words()) {
            Dialect dialect = Dialect.ofLabel(label);
            if (dialect == null) {
                throw protocols.wrong("no subprotocol " + label);
            }
            dialects.add(dialect);
        }
        return dialects;
    }
}
