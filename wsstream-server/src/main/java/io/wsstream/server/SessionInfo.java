package io.wsstream.server;

import io.wsstream.core.Subprotocol;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a session is about, for a {@link SessionListener}. Immutable. A command may hold secrets: think before logging it.
 *
 * @param sessionId unique within the server's life
 * @param kind {@code exec}
 * @param caller who opened it
 * @param peer from where
 * @param namespace of the pod
 * @param pod its name
 * @param container the container in it
 * @param command the arguments, the program first
 * @param tty whether it has a terminal
 * @param subprotocol what is spoken
 */
public record SessionInfo(
        String sessionId,
        String kind,
        Caller caller,
        InetSocketAddress peer,
        String namespace,
        String pod,
        String container,
        List<String> command,
        boolean tty,
        Subprotocol subprotocol) {
    /** Copies the list. */
    public SessionInfo {
        command = List.copyOf(command);
    }
}
