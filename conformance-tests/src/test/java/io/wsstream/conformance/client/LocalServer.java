package io.wsstream.conformance.client;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.Subprotocol;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import java.io.IOException;
import java.net.URI;

/** Our server, plain and on loopback, whose pod {@code p} of namespace {@code default} runs processes of this host. */
public final class LocalServer implements AutoCloseable {
    /** The bearer token of the one who may do everything. */
    public static final String TOKEN = "t0k";

    private final LocalProcess processes = LocalProcess.create();
    private final WsStreamServer server;

    /** Starts one. */
    public LocalServer() throws IOException {
        server = WsStreamServer.builder()
                .plainHttp()
                .token(TOKEN)
                .pods(PodCatalog.of(Pod.of("p", "main")))
                .exec(processes)
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
        processes.close();
    }
}
