package io.wsstream.server.exec;

import io.wsstream.core.Subprotocol;
import io.wsstream.server.Caller;
import io.wsstream.server.SessionInfo;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A checked request to run one command: the caller may, pod and container exist, at least one stream is asked for.
 * Immutable.
 *
 * <p>Source: {@code PodExecOptions} of {@code k8s.io/api/core/v1/types.go}; PROTOCOL.md 1.2.
 *
 * @param sessionId unique within the server's life
 * @param caller who asks
 * @param peer from where
 * @param namespace of the pod
 * @param pod its name
 * @param container the container in it, never empty
 * @param command the arguments as they came, the program first; never empty, though elements may be; none holds NUL
 * @param stdin whether the client may send on channel 0
 * @param stdout whether it wants channel 1
 * @param stderr whether it wants channel 2; never with a tty, which merges both
 * @param tty whether the process gets a terminal
 * @param subprotocol what was selected
 */
public record ExecRequest(
        String sessionId,
        Caller caller,
        InetSocketAddress peer,
        String namespace,
        String pod,
        String container,
        List<String> command,
        boolean stdin,
        boolean stdout,
        boolean stderr,
        boolean tty,
        Subprotocol subprotocol) {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if there is no command, or both tty and stderr
     */
    public ExecRequest {
        command = List.copyOf(command);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("an exec request without a command");
        }
        if (tty && stderr) {
            throw new IllegalArgumentException("an exec request with tty and stderr; a terminal merges both");
        }
    }

    /** {@return this request as listeners see it} */
    public SessionInfo sessionInfo() {
        return new SessionInfo(
                sessionId, "exec", caller, peer, namespace, pod, container, command, tty, subprotocol.wireName());
    }
}
