package io.wsstream.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rules that a peer is known not to keep, each with its reason. With such a list every case counts, recommended ones too:
 * a deviation that is not listed is a failure, and so is a listed one that does not happen any more, unless it is a race that is
 * listed to happen sometimes.
 */
public final class Deviations {
    private static final Deviations UNLISTED = new Deviations(Map.of(), Set.of(), false);

    private final Map<String, String> reasons;
    private final Set<String> sometimes;
    private final boolean strict;

    private Deviations(Map<String, String> reasons, Set<String> sometimes, boolean strict) {
        this.reasons = reasons;
        this.sometimes = sometimes;
        this.strict = strict;
    }

    /** {@return no list: recommended cases may fail} */
    public static Deviations unlisted() {
        return UNLISTED;
    }

    /** {@return an empty list: every case that applies has to pass} */
    public static Deviations none() {
        return new Deviations(Map.of(), Set.of(), true);
    }

    /**
     * Reads a list.
     *
     * @param file YAML: {@code peer}, and {@code deviations} with {@code case} and {@code reason} in each, and
     *     {@code sometimes: true} in a race
     * @return the list
     * @throws IOException if it cannot be read
     * @throws CaseFormatException if it has another form
     */
    public static Deviations read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return of(CaseLoader.yaml(in, String.valueOf(file.getFileName())));
        }
    }

    static Deviations of(Node list) {
        Map<String, String> reasons = new LinkedHashMap<>();
        Set<String> sometimes = new HashSet<>();
        list.only("peer", "deviations").need("peer").text();
        for (Node each : list.need("deviations").list()) {
            String id = each.only("case", "reason", "sometimes").need("case").text();
            if (reasons.put(id, each.need("reason").text()) != null) {
                throw each.wrong("a second time " + id);
            }
            Node race = each.get("sometimes");
            if (race != null && race.flag()) {
                sometimes.add(id);
            }
        }
        return new Deviations(reasons, sometimes, true);
    }

    /** {@return whether recommended cases have to pass too} */
    public boolean isStrict() {
        return strict;
    }

    /**
     * Checks that every name on the list is that of a case.
     *
     * @param all every case of the side that is judged
     * @throws IllegalArgumentException if one is not
     */
    public void checkNames(List<Case> all) {
        Set<String> ids = all.stream().map(Case::id).collect(Collectors.toSet());
        List<String> unknown =
                reasons.keySet().stream().filter(id -> !ids.contains(id)).toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("expected deviations of cases that do not exist: " + unknown);
        }
    }

    /** {@return the result in the light of this list} */
    CaseResult weigh(CaseResult result) {
        @Nullable String reason = reasons.get(result.subject().id());
        boolean kept = result.outcome() == CaseResult.Outcome.PASSED
                && sometimes.contains(result.subject().id());
        if (reason == null || kept) {
            return result;
        }
        return result.outcome() == CaseResult.Outcome.FAILED
                ? result.with(CaseResult.Outcome.DEVIATES, List.of(reason))
                : result.with(
                        CaseResult.Outcome.FAILED,
                        List.of("is listed as a deviation (" + reason + "), but "
                                + (result.outcome() == CaseResult.Outcome.PASSED ? "passes" : "does not apply")
                                + "; take it off the list"));
    }

    /** {@return whether this result is one to stop for} */
    public boolean isFailure(CaseResult result) {
        return result.outcome() == CaseResult.Outcome.FAILED
                && (strict || result.subject().level() == Level.REQUIRED);
    }
}
