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

/** Our server, plain and on loopback, whose pod {@code p} runs processes of this host. */
final class LocalServer implements AutoCloseable {
    private final LocalProcess processes = LocalProcess.create();
    private final WsStreamServer server;

    LocalServer() throws IOException {
        server = WsStreamServer.builder()
                .plainHttp()
                .token("t0k")
                .pods(PodCatalog.of(Pod.of("p", "main")))
                .exec(processes)
                .start();
    }

    WsStreamClient client(Subprotocol... offer) {
        ClientSettings usual = ClientSettings.defaults();
        return WsStreamClient.of(
                ClusterAccess.url(server.uri()).token("t0k"), offer.length == 0 ? usual : usual.withOffer(offer));
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
