package io.wsstream.conformance.client;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.Subprotocol;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.ExecTarget;
import io.wsstream.server.exec.LocalProcess;
import java.io.IOException;
import java.net.URI;

/**
 * Our server, plain and on loopback, whose pod {@code p} of namespace {@code default} runs processes of this host, or what
 * a test runs in their place.
 */
public final class LocalServer implements AutoCloseable {
    /** The bearer token of the one who may do everything. */
    public static final String TOKEN = "t0k";

    private final ExecTarget target;
    private final WsStreamServer server;

    /** Starts one. */
    public LocalServer() throws IOException {
        this(LocalProcess.create());
    }

    /** Starts one that runs something else. */
    LocalServer(ExecTarget target) throws IOException {
        this.target = target;
        server = WsStreamServer.builder()
                .plainHttp()
                .token(TOKEN)
                .pods(PodCatalog.of(Pod.of("p", "main")))
                .exec(target)
                .start();
    }

    /** Where it is; no path. */
    public URI url() {
        return server.uri();
    }

    WsStreamClient client(Subprotocol... offer) {
        ClientSettings usual = ClientSettings.defaults();
        return WsStreamClient.of(
                ClusterAccess.url(server.uri()).token(TOKEN), offer.length == 0 ? usual : usual.withOffer(offer));
    }

    int liveSessions() {
        return server.liveSessions();
    }

    @Override
    public void close() {
        server.close();
        if (target instanceof LocalProcess processes) {
            processes.close();
        }
    }
}
