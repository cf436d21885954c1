package io.wsstream.server;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a session is about, for a {@link SessionListener}. Immutable. A command may hold secrets: think before logging it.
 *
 * @param sessionId unique within the server's life
 * @param kind {@code exec}, or the path of a {@link WebSocketEndpoint}, for which all from namespace to tty is empty
 * @param caller who opened it
 * @param peer from where
 * @param namespace of the pod
 * @param pod its name
 * @param container the container in it
 * @param command the arguments, the program first
 * @param tty whether it has a terminal
 * @param subprotocol the name of what is spoken; empty for none
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
        String subprotocol) {
    /** Copies the list. */
    public SessionInfo {
        command = List.copyOf(command);
    }
}
