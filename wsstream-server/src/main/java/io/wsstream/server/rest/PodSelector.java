package io.wsstream.server.rest;

import io.wsstream.server.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code fieldSelector} and {@code labelSelector} of a list of pods: comma lists of {@code a=b}, {@code a==b}, {@code
 * a!=b}, and for labels {@code a} and {@code !a}. Sets ({@code in}, {@code notin}) are refused.
 *
 * <p>Source: {@code apimachinery/pkg/fields/selector.go}, {@code pkg/labels/selector.go}.
 */
final class PodSelector {
    private PodSelector() {}

    static Predicate<Pod> of(Map<String, List<String>> parameters) {
        List<Predicate<Pod>> all = new ArrayList<>();
        for (String term : terms(parameters, "fieldSelector")) {
            all.add(field(term));
        }
        for (String term : terms(parameters, "labelSelector")) {
            all.add(label(term));
        }
        return all.stream().reduce(pod -> true, Predicate::and);
    }

    private static List<String> terms(Map<String, List<String>> parameters, String name) {
        return List.of(RequestTarget.first(parameters, name).split(",", -1)).stream()
                .map(String::strip)
                .filter(term -> !term.isEmpty())
                .toList();
    }

    private static Predicate<Pod> field(String term) {
        Comparison comparison = Comparison.parse(term);
        if (comparison == null) {
            throw Refusal.badRequest("invalid field selector " + Refusal.quote(term) + "; expected name=value");
        }
        return switch (comparison.key()) {
            case "metadata.name" -> pod -> comparison.accepts(pod.name());
            case "metadata.namespace" -> pod -> comparison.accepts(pod.namespace());
            case "status.phase" -> pod -> comparison.accepts("Running");
            default ->
                throw Refusal.badRequest("field label not supported: " + Refusal.quote(comparison.key())
                        + "; expected metadata.name, metadata.namespace or status.phase");
        };
    }

    private static Predicate<Pod> label(String term) {
        Comparison comparison = Comparison.parse(term);
        if (comparison != null) {
            // As in Kubernetes, != also accepts a pod that lacks the label.
            return pod -> {
                String value = pod.labels().get(comparison.key());
                return value == null ? !comparison.equal() : comparison.accepts(value);
            };
        }
        if (term.matches("!?[A-Za-z0-9._/-]+")) {
            return term.startsWith("!")
                    ? pod -> !pod.labels().containsKey(term.substring(1))
                    : pod -> pod.labels().containsKey(term);
        }
        throw Refusal.badRequest(
                "label selector " + Refusal.quote(term) + " is not served; use name=value, name!=value, name or !name");
    }

    private record Comparison(String key, boolean equal, String value) {
        static @Nullable Comparison parse(String term) {
            int equals = term.indexOf('=');
            if (equals <= 0) {
                return null;
            }
            boolean different = term.charAt(equals - 1) == '!';
            String key = term.substring(0, different ? equals - 1 : equals).strip();
            String value = term.substring(equals + 1);
            if (!different && value.startsWith("=")) {
                value = value.substring(1);
            }
            return key.isEmpty() ? null : new Comparison(key, !different, value.strip());
        }

        boolean accepts(String actual) {
            return actual.equals(value) == equal;
        }
    }
}
