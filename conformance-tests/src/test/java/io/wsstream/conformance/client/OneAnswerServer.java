package io.wsstream.conformance.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Answers every upgrade with 101, the status Success and a Close; remembers who came that far.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> none.
 */
final class OneAnswerServer implements AutoCloseable {
    private final ServerSocket listener;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> serverNames = new CopyOnWriteArrayList<>();

    private OneAnswerServer(ServerSocket listener) {
        this.listener = listener;
        Thread thread = new Thread(this::serve, "one-answer-server");
        thread.setDaemon(true);
        thread.start();
    }

    static OneAnswerServer plain() throws IOException {
        return new OneAnswerServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    static OneAnswerServer tls(SSLContext context, boolean asksClients) throws IOException {
        SSLServerSocket socket = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        socket.setNeedClientAuth(asksClients);
        return new OneAnswerServer(socket);
    }

    URI url(String scheme, String host) {
        return URI.create(scheme + "://" + host + ":" + listener.getLocalPort());
    }

    /** Heads of all requests that got through. */
    List<String> requests() {
        return requests;
    }

    /** What clients called this server in the TLS handshake. */
    List<String> serverNames() {
        return serverNames;
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                socket.setSoTimeout(10_000);
                answer(socket);
            } catch (IOException | GeneralSecurityException ended) {
                // The client's side says what happened.
            }
        }
    }

    private void answer(Socket socket) throws IOException, GeneralSecurityException {
        if (socket instanceof SSLSocket secured) {
            secured.startHandshake();
            if (secured.getSession() instanceof ExtendedSSLSession session) {
                for (SNIServerName name : session.getRequestedServerNames()) {
                    serverNames.add(new String(name.getEncoded(), ISO_8859_1));
                }
            }
        }
        String request = readHead(socket.getInputStream());
        if (request == null) {
            return;
        }
        requests.add(request);
        String key = request.replaceFirst("(?si).*Sec-WebSocket-Key: (\\S+).*", "$1");
        byte[] digest = MessageDigest.getInstance("SHA-1")
                .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
        OutputStream out = socket.getOutputStream();
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(digest)
                        + "\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n")
                .getBytes(ISO_8859_1));
        byte[] status = "\u0003{\"status\":\"Success\"}".getBytes(ISO_8859_1);
        out.write(new byte[] {(byte) 0x82, (byte) status.length});
        out.write(status);
        out.write(new byte[] {(byte) 0x88, 2, 3, (byte) 0xE8});
        socket.getInputStream().readNBytes(8); // The client's Close, masked.
    }

    private static @Nullable String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            // Whoever speaks TLS to a plain server never ends a line.
            if (next < 0 || (head.size() == 0 && next != 'G')) {
                return null;
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
