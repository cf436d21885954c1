package io.wsstream.client;

import io.wsstream.client.internal.Dialer;
import io.wsstream.client.internal.OpenSessions;
import io.wsstream.client.kubeconfig.ClusterAccess;

/**
 * A client of one cluster.
 *
 * <pre>{@code
 * WsStreamClient client = WsStreamClient.of(ClusterAccess.kubeconfig(Path.of("config")));
 * ExecOutcome outcome = client.pod("default", "web-0").command("ls", "-l").run();
 * }</pre>
 *
 * <p><b>Threads:</b> any; each session has a reader and a writer of its own while it lasts, and all share one timer.
 * <b>Blocking:</b> {@link #close} does not wait. <b>Memory:</b> none to speak of without sessions.
 */
public final class WsStreamClient implements AutoCloseable {
    private final Dialer dialer;
    private final OpenSessions sessions = new OpenSessions();

    private WsStreamClient(Dialer dialer) {
        this.dialer = dialer;
    }

    /**
     * A client with the default settings.
     *
     * @param access where the cluster is, and as whom to ask
     * @return the client; nothing is connected yet
     */
    public static WsStreamClient of(ClusterAccess access) {
        return of(access, ClientSettings.defaults());
    }

    /**
     * A client.
     *
     * @param access where the cluster is, and as whom to ask
     * @param settings what to offer, and the bounds
     * @return the client; nothing is connected yet
     */
    public static WsStreamClient of(ClusterAccess access, ClientSettings settings) {
        return new WsStreamClient(new Dialer(access, settings));
    }

    /**
     * A pod, which need not exist: the server says so when it is asked.
     *
     * @param namespace its namespace
     * @param name its name
     * @return the pod
     */
    public RemotePod pod(String namespace, String name) {
        return new RemotePod(dialer, sessions, namespace, name, null);
    }

    /**
     * A pod in the default namespace of the cluster access.
     *
     * @param name its name
     * @return the pod
     */
    public RemotePod pod(String name) {
        return pod(dialer.access().defaultNamespace(), name);
    }

    /** Cancels all sessions that are still open, and refuses new ones. */
    @Override
    public void close() {
        sessions.close();
    }
}
