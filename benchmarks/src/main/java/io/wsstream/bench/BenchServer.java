package io.wsstream.bench;

import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.ServerLimits;
import io.wsstream.server.TlsIdentity;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Our server in a process of its own: the commands {@code source}, {@code sink} and {@code echo} in process, all others
 * as processes. Takes {@link Orders}.
 */
public final class BenchServer {
    static final String TOKEN = "bench";
    static final String POD = "bench";
    private static final int MANY = 10_000;

    /** Kept, or its level would go with the garbage. */
    private static final Logger GRIZZLY = Logger.getLogger("org.glassfish.grizzly");

    private BenchServer() {}

    /** {@return the pod of a server as this one} */
    static Order.Address address(String url, String ca) {
        return new Order.Address(url.replaceFirst("^ws", "http"), TOKEN, POD, ca);
    }

    /** {@return the URL of an exec in that pod, in the words of the peers in Go} */
    static String exec(String base, String streams, String... command) {
        StringBuilder url = new StringBuilder(base)
                .append("/api/v1/namespaces/default/pods/")
                .append(POD)
                .append("/exec?")
                .append(streams);
        for (String word : command) {
            url.append("&command=").append(URLEncoder.encode(word, StandardCharsets.UTF_8));
        }
        return url.toString();
    }

    /**
     * The entry point.
     *
     * @param args nothing; {@code tls}; or files with a certificate and its key
     * @throws IOException if it cannot listen
     */
    public static void main(String[] args) throws IOException {
        GRIZZLY.setLevel(Level.WARNING);
        WsStreamServer.Builder options = WsStreamServer.builder()
                .token(TOKEN)
                .limits(ServerLimits.defaults().withMaxSessions(MANY).withMaxConnections(MANY))
                .pods(PodCatalog.of(Pod.of(POD, "main")));
        if (args.length == 0) {
            options.plainHttp();
        } else if (args.length == 2) {
            options.tls(TlsIdentity.load(Path.of(args[0]), Path.of(args[1])));
        }
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server =
                        options.exec(new InProcessTarget(processes)).start()) {
            Orders.serve(server.uri().toString().replaceFirst("^http", "ws"));
        }
    }
}
