package io.wsstream.server;

import java.util.List;

/**
 * Who sent a request, as an {@link Authenticator} found out. Immutable.
 *
 * @param name the user's name, never empty
 * @param groups the groups the user belongs to, possibly none
 */
public record Caller(String name, List<String> groups) {
    /** A caller that nobody asked for credentials; named as Kubernetes names it. */
    public static final Caller ANONYMOUS = new Caller("system:anonymous", List.of("system:unauthenticated"));

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if the name is empty
     */
    public Caller {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a caller without a name; use Caller.ANONYMOUS");
        }
        groups = List.copyOf(groups);
    }

    /**
     * A caller in no group.
     *
     * @param name the user's name, never empty
     * @throws IllegalArgumentException if the name is empty
     */
    public Caller(String name) {
        this(name, List.of());
    }
}
