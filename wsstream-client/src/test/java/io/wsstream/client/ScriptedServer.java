package io.wsstream.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.wsstream.client.kubeconfig.ClusterAccess;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that does, byte by byte, what a test tells it, and nothing by itself. It shares no code with the client.
 *
 * <p><b>Threads:</b> one, which takes one connection after the other through the script. <b>Blocking:</b> the script may;
 * {@link #close} frees it.
 */
public final class ScriptedServer implements AutoCloseable {
    /** What happens on a connection. */
    @FunctionalInterface
    public interface Script {
        /** Plays; the socket is closed afterwards. */
        void play(Peer peer) throws Exception;
    }

    private final ServerSocket listener;
    private final Script script;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile String request = "";

    private ScriptedServer(ServerSocket listener, Script script) {
        this.listener = listener;
        this.script = script;
        Thread thread = new Thread(this::serve, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    public static ScriptedServer playing(Script script) throws IOException {
        return new ScriptedServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                sockets.add(socket);
                script.play(new Peer(socket));
            } catch (Exception ended) {
                // The client's side says what happened.
            }
        }
    }

    public ClusterAccess access() {
        return access("http");
    }

    public ClusterAccess access(String scheme) {
        return ClusterAccess.url(URI.create(scheme + "://127.0.0.1:" + listener.getLocalPort()));
    }

    public WsStreamClient client() {
        return WsStreamClient.of(access());
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The head of the last request. */
    public String request() {
        return request;
    }

    /** Completed when the server is closed, for scripts that hold a connection until then. */
    public CompletableFuture<Void> stopped() {
        return stopped;
    }

    @Override
    public void close() throws IOException {
        stopped.complete(null);
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** One connection. */
    public final class Peer {
        private final Socket socket;
        private final DataInputStream in;
        private final OutputStream out;

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        public Socket socket() {
            return socket;
        }

        public String readRequest() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                head.write(in.readUnsignedByte());
            }
            request = head.toString(ISO_8859_1);
            return request;
        }

        public void send(String text) throws IOException {
            out.write(text.getBytes(UTF_8));
        }

        /** Reads the request and answers 101. */
        public void accept(String subprotocol) throws Exception {
            accept("Sec-WebSocket-Protocol: " + subprotocol + "\r\n", true);
        }

        /** Reads the request and answers 101 with these further header lines. */
        public void accept(String lines, boolean rightKey) throws Exception {
            accept(lines, rightKey, new byte[0]);
        }

        /** The same, with bytes in one piece with the head. */
        public void accept(String lines, boolean rightKey, byte[] more) throws Exception {
            String key = readRequest().replaceFirst("(?s).*Sec-WebSocket-Key: (\\S+).*", "$1");
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            answer.writeBytes(
                    ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                                    + (rightKey ? Base64.getEncoder().encodeToString(digest) : "bm8=") + "\r\n" + lines
                                    + "\r\n")
                            .getBytes(ISO_8859_1));
            answer.writeBytes(more);
            out.write(answer.toByteArray());
        }

        /** Sends a binary message on a channel. */
        public void message(int channel, String payload) throws IOException {
            byte[] text = payload.getBytes(UTF_8);
            byte[] message = new byte[text.length + 1];
            message[0] = (byte) channel;
            System.arraycopy(text, 0, message, 1, text.length);
            frame(0x82, message);
        }

        public void frame(int firstByte, byte[] payload) throws IOException {
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.write(firstByte);
            if (payload.length < 126) {
                frame.write(payload.length);
            } else {
                frame.write(126);
                frame.write(payload.length >> 8);
                frame.write(payload.length);
            }
            frame.writeBytes(payload);
            out.write(frame.toByteArray());
        }

        public void success() throws IOException {
            message(3, "{\"metadata\":{},\"status\":\"Success\"}");
        }

        public void closeFrame(int code) throws IOException {
            frame(0x88, new byte[] {(byte) (code >> 8), (byte) code});
        }

        /** Reads one frame: its first byte as two digits, then the unmasked payload in ISO 8859-1. */
        public String readFrame() throws IOException {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte() & 0x7F;
            if (length == 126) {
                length = in.readUnsignedShort();
            }
            byte[] mask = new byte[4];
            in.readFully(mask);
            byte[] payload = new byte[length];
            in.readFully(payload);
            for (int i = 0; i < length; i++) {
                payload[i] ^= mask[i & 3];
            }
            return Integer.toHexString(first) + " " + new String(payload, ISO_8859_1);
        }

        /** Reads frames up to and with the client's Close, or its end. */
        public void readToClose() throws IOException {
            while (!readFrame().startsWith("88")) {
                // What comes before does not matter here.
            }
        }
    }
}
