package io.wsstream.conformance.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A proxy that leads every CONNECT to one server, whatever it names.
 *
 * <p><b>Threads:</b> one, and two for each connection. <b>Blocking:</b> none.
 */
final class Tunnel implements AutoCloseable {
    private final ServerSocket listener;
    private final URI target;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private Tunnel(ServerSocket listener, URI target) {
        this.listener = listener;
        this.target = target;
        start(this::serve);
    }

    static Tunnel to(URI target) throws IOException {
        return new Tunnel(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The first line of each request. */
    List<String> asked() {
        return asked;
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                asked.add(readHead(client.getInputStream()).lines().findFirst().orElse(""));
                Socket server = new Socket(target.getHost(), target.getPort());
                client.getOutputStream().write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(ISO_8859_1));
                start(() -> carry(client, server));
                start(() -> carry(server, client));
            } catch (IOException ended) {
                // The client's side says what happened.
            }
        }
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    private static void carry(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // Both are closed now, which is the news.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "tunnel");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
