package io.wsstream.server;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pods that a server shows, and that can be exec'd into. It may change at any time.
 *
 * <p><b>Threads:</b> called by the listener's selector threads, several at once. <b>Blocking:</b> not allowed: a catalogue
 * that lives elsewhere keeps a copy in memory.
 */
public interface PodCatalog {
    /** {@return all pods of all namespaces, in the order in which they are to be shown} */
    List<Pod> list();

    /**
     * The pods of one namespace.
     *
     * @param namespace the namespace; one that does not exist is no error
     * @return its pods in the order in which they are to be shown, possibly none
     */
    default List<Pod> list(String namespace) {
        return list().stream().filter(pod -> pod.namespace().equals(namespace)).toList();
    }

    /**
     * One pod.
     *
     * @param namespace its namespace
     * @param name its name
     * @return the pod, or empty: answers 404
     */
    default Optional<Pod> find(String namespace, String name) {
        return list(namespace).stream().filter(pod -> pod.name().equals(name)).findFirst();
    }

    /** {@return the namespaces there are: those of the pods, and always {@code default}; sorted} */
    default Set<String> namespaces() {
        Set<String> namespaces = new TreeSet<>(Set.of("default"));
        list().forEach(pod -> namespaces.add(pod.namespace()));
        return namespaces;
    }

    /**
     * A catalogue that never changes.
     *
     * @param pods its pods, in the order in which they are to be shown
     * @return the catalogue
     * @throws IllegalArgumentException if two pods of a namespace have the same name
     */
    static PodCatalog of(Pod... pods) {
        List<Pod> all = List.of(pods);
        Set<String> seen = new TreeSet<>();
        for (Pod pod : all) {
            if (!seen.add(pod.namespace() + "/" + pod.name())) {
                throw new IllegalArgumentException(
                        "two pods named " + pod.name() + " in namespace " + pod.namespace() + "; rename one");
            }
        }
        return () -> all;
    }
}
