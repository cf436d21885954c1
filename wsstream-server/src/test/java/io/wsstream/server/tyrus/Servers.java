package io.wsstream.server.tyrus;

import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.ExecTarget;

/** Servers for tests: one pod {@code local}, on loopback. */
public final class Servers {
    private Servers() {}

    public static WsStreamServer.Builder tls(ExecTarget target) {
        return WsStreamServer.builder()
                .token("s3cret")
                .pods(PodCatalog.of(Pod.of("local", "main")))
                .exec(target);
    }

    public static WsStreamServer.Builder plain(ExecTarget target) {
        return tls(target).plainHttp();
    }
}
