package io.wsstream.bench;

import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.TlsIdentity;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Our server in a process of its own: the commands {@code source}, {@code sink} and {@code echo} in process, all others
 * as processes. Ends when stdin ends.
 */
public final class BenchServer {
    static final String TOKEN = "bench";
    static final String POD = "bench";

    /** Kept, or its level would go with the garbage. */
    private static final Logger GRIZZLY = Logger.getLogger("org.glassfish.grizzly");

    private BenchServer() {}

    /** {@return the pod of a server as this one} */
    static Order.Address address(String url, String ca) {
        return new Order.Address(url.replaceFirst("^ws", "http"), TOKEN, POD, ca);
    }

    /**
     * The entry point.
     *
     * @param args nothing; {@code tls}; or files with a certificate and its key
     * @throws IOException if it cannot listen
     */
    public static void main(String[] args) throws IOException {
        GRIZZLY.setLevel(Level.WARNING);
        WsStreamServer.Builder options = WsStreamServer.builder().token(TOKEN).pods(PodCatalog.of(Pod.of(POD, "main")));
        if (args.length == 0) {
            options.plainHttp();
        } else if (args.length == 2) {
            options.tls(TlsIdentity.load(Path.of(args[0]), Path.of(args[1])));
        }
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server =
                        options.exec(new InProcessTarget(processes)).start()) {
            System.out.println(Forked.JSON.writeValueAsString(
                    Map.of("url", server.uri().toString().replaceFirst("^http", "ws"))));
            while (System.in.read() >= 0) {
                // Nothing is ordered; the end is the order to end.
            }
        }
    }
}
