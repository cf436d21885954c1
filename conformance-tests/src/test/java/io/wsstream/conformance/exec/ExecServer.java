package io.wsstream.conformance.exec;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.RemotePod;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.SessionListener;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server over TLS with a token, whose pod {@code local} runs processes of this host; and clients for it. */
public final class ExecServer implements AutoCloseable {
    private final LocalProcess processes;
    private final WsStreamServer server;
    private final Path kubeconfig;

    private ExecServer(LocalProcess processes, SessionListener listener) throws IOException {
        this.processes = processes;
        this.server = WsStreamServer.builder()
                .pods(PodCatalog.of(Pod.of("local", "main")))
                .exec(processes)
                .listener(listener)
                .start();
        this.kubeconfig = Files.createTempDirectory("wsstream-it").resolve("kubeconfig");
        server.writeKubeconfig(kubeconfig);
    }

    public static ExecServer start() throws IOException {
        return start(new SessionListener() {});
    }

    public static ExecServer start(SessionListener listener) throws IOException {
        return new ExecServer(LocalProcess.create(), listener);
    }

    public WsStreamServer server() {
        return server;
    }

    /** As a user has it. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    ClusterAccess access() throws IOException {
        return ClusterAccess.kubeconfig(kubeconfig);
    }

    WsStreamClient client() throws IOException {
        return WsStreamClient.of(access());
    }

    WsStreamClient client(ClientSettings settings) throws IOException {
        return WsStreamClient.of(access(), settings);
    }

    static RemotePod pod(WsStreamClient client) {
        return client.pod("local");
    }

    @Override
    public void close() {
        server.close();
        processes.close();
    }
}
