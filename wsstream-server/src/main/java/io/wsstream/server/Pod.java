package io.wsstream.server;

import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pod as clients see it: always running, always ready. Immutable.
 *
 * @param namespace its namespace, such as {@code default}; a DNS label
 * @param name its name; a DNS subdomain of at most 253 characters
 * @param containers the names of its containers, at least one, all different; DNS labels
 * @param labels for selectors
 * @param annotations shown, never read; {@code kubectl.kubernetes.io/default-container} steers kubectl
 * @param started since when it runs; shown as its age
 */
public record Pod(
        String namespace,
        String name,
        List<String> containers,
        Map<String, String> labels,
        Map<String, String> annotations,
        Instant started) {

    /**
     * Copies the collections.
     *
     * @throws IllegalArgumentException if a name is none that Kubernetes would take, or there is no container
     */
    public Pod {
        checkName("namespace", namespace, "[a-z0-9]([-a-z0-9]*[a-z0-9])?", 63);
        checkName("pod", name, "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", 253);
        containers = List.copyOf(containers);
        if (containers.isEmpty() || new HashSet<>(containers).size() != containers.size()) {
            throw new IllegalArgumentException(
                    "containers of pod " + name + " are " + containers + "; expected one or more different names");
        }
        for (String container : containers) {
            checkName("container", container, "[a-z0-9]([-a-z0-9]*[a-z0-9])?", 63);
        }
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }

    /**
     * A pod in namespace {@code default} that started now, without labels.
     *
     * @param name its name
     * @param containers its containers, at least one
     * @return the pod
     * @throws IllegalArgumentException if a name is none that Kubernetes would take, or there is no container
     */
    public static Pod of(String name, String... containers) {
        return new Pod("default", name, List.of(containers), Map.of(), Map.of(), Instant.now());
    }

    private static void checkName(String what, String name, String pattern, int maxLength) {
        if (name.length() > maxLength || !name.matches(pattern)) {
            throw new IllegalArgumentException("\"" + name + "\" is no " + what + " name; expected at most " + maxLength
                    + " of lower case letters, digits and inner hyphens"
                    + (what.equals("pod") ? " in parts parted by dots" : ""));
        }
    }
}
