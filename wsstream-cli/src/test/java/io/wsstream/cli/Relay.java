package io.wsstream.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes TCP connections on, as a port forwarder or a load balancer does. */
final class Relay implements AutoCloseable {
    private final ServerSocket listening;
    private final InetSocketAddress to;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Relay(URI to) throws IOException {
        this.to = new InetSocketAddress(to.getHost(), to.getPort());
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        run("accept", this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket near = listening.accept();
            Socket far = new Socket();
            open.add(near);
            open.add(far);
            far.connect(to, 10_000);
            run("up", () -> pass(near, far));
            run("down", () -> pass(far, near));
        }
    }

    private static void pass(Socket from, Socket into) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = into.getOutputStream();
        in.transferTo(out);
        into.shutdownOutput();
    }

    private static void run(String what, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException over) {
                        // Either side has gone, or the test has ended.
                    }
                },
                "relay-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private interface Work {
        void run() throws IOException;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
