package io.wsstream.bench;

import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import java.io.IOException;
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

    /**
     * The entry point.
     *
     * @param args {@code tls} or nothing
     * @throws IOException if it cannot listen
     */
    public static void main(String[] args) throws IOException {
        GRIZZLY.setLevel(Level.WARNING);
        WsStreamServer.Builder options = WsStreamServer.builder().token(TOKEN).pods(PodCatalog.of(Pod.of(POD, "main")));
        if (args.length == 0) {
            options.plainHttp();
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
