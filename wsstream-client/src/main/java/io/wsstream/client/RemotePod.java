package io.wsstream.client;

import io.wsstream.client.exec.ExecRequest;
import io.wsstream.client.internal.Dialer;
import io.wsstream.client.internal.OpenSessions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pod, or one container of it, as the target of what follows. Immutable. */
public final class RemotePod {
    private final Dialer dialer;
    private final OpenSessions sessions;
    private final String namespace;
    private final String name;
    private final @Nullable String container;

    RemotePod(Dialer dialer, OpenSessions sessions, String namespace, String name, @Nullable String container) {
        if (!isPathSegment(namespace) || !isPathSegment(name)) {
            throw new IllegalArgumentException("pod '" + name + "' in namespace '" + namespace
                    + "'; neither name may be empty, '.' or '..', nor hold '/' or '%'");
        }
        this.dialer = dialer;
        this.sessions = sessions;
        this.namespace = namespace;
        this.name = name;
        this.container = container;
    }

    /** As {@code k8s.io/apimachinery/pkg/api/validation/path/name.go}, so that no name leads to another path. */
    private static boolean isPathSegment(String name) {
        return !name.isBlank() && !name.equals(".") && !name.equals("..") && !name.matches("(?s).*[/%].*");
    }

    /**
     * Picks a container; without this the server picks the only one, or refuses.
     *
     * @param containerName its name
     * @return the container
     */
    public RemotePod container(String containerName) {
        return new RemotePod(dialer, sessions, namespace, name, containerName);
    }

    /**
     * A command to run; no shell takes part unless the command is one.
     *
     * @param command the program and its arguments, one by one
     * @return what is to run; nothing runs yet
     */
    public ExecRequest command(String... command) {
        return command(List.of(command));
    }

    /**
     * A command to run.
     *
     * @param command the program and its arguments, one by one
     * @return what is to run; nothing runs yet
     */
    public ExecRequest command(List<String> command) {
        return new ExecRequest(dialer, sessions, namespace, name, container, command);
    }
}
