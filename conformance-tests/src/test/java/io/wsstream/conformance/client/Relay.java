package io.wsstream.conformance.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Passes each connection on to one server, after a look at how it begins.
 *
 * <p><b>Threads:</b> one, and two for each connection. <b>Blocking:</b> none.
 */
public final class Relay implements AutoCloseable {
    private final ServerSocket listener;
    private final Server server;
    private final Opening opening;

    /** Where connections lead. */
    @FunctionalInterface
    public interface Server {
        Socket connect() throws IOException;
    }

    /** What happens before the client's bytes pass by themselves; those of the server do from the start. */
    @FunctionalInterface
    public interface Opening {
        void read(Socket client, Socket server) throws IOException;
    }

    /** Listens from now on; closing it closes the listener. */
    public Relay(ServerSocket listener, Server server, Opening opening) {
        this.listener = listener;
        this.server = server;
        this.opening = opening;
        start(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Reads the head of an HTTP message and not a byte more. */
    public static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("no request");
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                start(() -> serve(client));
            } catch (IOException closed) {
                // The loop's condition says so, too.
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket there = server.connect()) {
            start(() -> carry(there, client));
            opening.read(client, there);
            client.getInputStream().transferTo(there.getOutputStream());
        } catch (IOException ended) {
            // Both are closed now, which is the news; the client's side says what happened.
        }
    }

    private static void carry(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // As above.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
