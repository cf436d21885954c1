package io.wsstream.server.tyrus;

import io.wsstream.server.WsStreamServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A client that writes every byte itself, so that it can also write the wrong ones. One thread writes, one reads. */
public final class RawClient implements AutoCloseable {
    /** The key of RFC 6455 1.3, and what a server makes of it. */
    public static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    public static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    public static final String V5 = "v5.channel.k8s.io";
    public static final String V4 = "v4.channel.k8s.io";
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    private static final int TIMEOUT_MILLIS = 20_000;
    private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        this.out = socket.getOutputStream();
    }

    /** What came in answer to a request; names in lower case. */
    public record Response(int status, Map<String, List<String>> headers, String body) {
        public String header(String name) {
            return String.join(", ", headers.getOrDefault(name, List.of()));
        }
    }

    /** One frame from the server. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Frame(int first, byte[] payload) {
        public int opcode() {
            return first & 0x0F;
        }

        public int channel() {
            return payload[0];
        }

        public byte[] data() {
            return Arrays.copyOfRange(payload, 1, payload.length);
        }

        public int closeCode() {
            return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }
    }

    /** All that came from the opening message to the end of the connection. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Ending(
            byte[] stdout,
            byte[] stderr,
            List<String> statuses,
            List<Integer> closeCodes,
            boolean anythingAfterClose,
            boolean statusLast,
            @Nullable IOException failure) {
        public String stdoutText() {
            return new String(stdout, StandardCharsets.UTF_8);
        }

        public String stderrText() {
            return new String(stderr, StandardCharsets.UTF_8);
        }

        public String status() {
            return statuses.size() == 1 ? statuses.get(0) : "not one status: " + statuses;
        }
    }

    public static RawClient connect(WsStreamServer server) throws IOException {
        return connect(server, 0);
    }

    /** Connects with a receive buffer of a size; 0 leaves it to the system. */
    public static RawClient connect(WsStreamServer server, int receiveBuffer) throws IOException {
        URI uri = server.uri();
        Socket socket = tcp(server, receiveBuffer);
        if (uri.getScheme().equals("https")) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket = trusting(server).getSocketFactory().createSocket(socket, uri.getHost(), uri.getPort(), true);
        }
        return new RawClient(socket);
    }

    /** Connects to a server without TLS. */
    public static RawClient connect(URI plain) throws IOException {
        return new RawClient(tcp(plain, 0));
    }

    static Socket tcp(WsStreamServer server, int receiveBuffer) throws IOException {
        return tcp(server.uri(), receiveBuffer);
    }

    private static Socket tcp(URI uri, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), TIMEOUT_MILLIS);
        return socket;
    }

    private static SSLContext trusting(WsStreamServer server) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(
                    "ca",
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(
                                    Objects.requireNonNull(server.tls()).caPem())));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IOException(impossible);
        }
    }

    /** Connects, upgrades, and checks the 101. */
    public static RawClient open(WsStreamServer server, String streams, String... command) throws IOException {
        RawClient client = connect(server);
        client.write(upgrade(server, V5, streams, command));
        Response response = client.readResponse();
        if (response.status() != 101) {
            client.close();
            throw new IOException("not upgraded: " + response);
        }
        return client;
    }

    /** The path and query of an exec on pod {@code local}. Streams such as {@code "stdin stdout tty"}. */
    public static String target(String streams, String... command) {
        StringBuilder target = new StringBuilder("/api/v1/namespaces/default/pods/local/exec?x=1");
        for (String stream : streams.split(" ", -1)) {
            if (!stream.isEmpty()) {
                target.append('&').append(stream).append("=true");
            }
        }
        for (String argument : command) {
            target.append("&command=").append(URLEncoder.encode(argument, StandardCharsets.UTF_8));
        }
        return target.toString();
    }

    public static byte[] upgrade(WsStreamServer server, String subprotocol, String streams, String... command) {
        return upgradeWith(String.valueOf(server.token()), subprotocol, target(streams, command));
    }

    /** A whole upgrade request. An empty subprotocol offers none. */
    public static byte[] upgradeWith(String token, String subprotocol, String target) {
        return ascii("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + KEY
                + "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
                + (subprotocol.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n") + "\r\n");
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A masked frame. */
    public static byte[] frame(int opcode, byte[] payload) {
        return frame(0x80 | opcode, true, payload);
    }

    public static byte[] frame(int first, boolean masked, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        frame.put((byte) first);
        int mask = masked ? 0x80 : 0;
        if (payload.length < 126) {
            frame.put((byte) (mask | payload.length));
        } else if (payload.length < 65536) {
            frame.put((byte) (mask | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (mask | 127)).putLong(payload.length);
        }
        if (masked) {
            frame.put(MASK);
        }
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ (masked ? MASK[i & 3] : 0)));
        }
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    public static byte[] message(int channel, byte[] data) {
        byte[] payload = new byte[data.length + 1];
        payload[0] = (byte) channel;
        System.arraycopy(data, 0, payload, 1, data.length);
        return frame(BINARY, payload);
    }

    public static byte[] message(int channel, String data) {
        return message(channel, data.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] closeFrame(int code) {
        return frame(CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    public RawClient write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    public RawClient stdin(String text) throws IOException {
        return write(message(0, text));
    }

    public RawClient endStdin() throws IOException {
        return write(frame(BINARY, new byte[] {(byte) 0xFF, 0}));
    }

    public RawClient resize(int channel, int width, int height) throws IOException {
        return write(message(channel, "{\"Width\":" + width + ",\"Height\":" + height + "}\n"));
    }

    public Response readResponse() throws IOException {
        Response head = readHead();
        int length = Integer.parseInt(
                head.headers().getOrDefault("content-length", List.of("0")).get(0));
        return new Response(head.status(), head.headers(), new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    /** Reads an answer that has no body, whatever its length says. */
    public Response readHead() throws IOException {
        String[] status = readLine().split(" ", 3);
        Map<String, List<String>> headers = new TreeMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return new Response(Integer.parseInt(status[1]), headers, "");
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int next = readByte();
            if (next == '\n') {
                return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
            }
            line.write(next);
        }
    }

    private int readByte() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the server closed the connection");
        }
        return next;
    }

    /** Reads exactly so many bytes. */
    public byte[] readBytes(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the server closed the connection after " + bytes.length + " of " + count);
        }
        return bytes;
    }

    public Frame readFrame() throws IOException {
        int first = readByte();
        int length7 = readByte();
        if (length7 >= 128) {
            throw new IOException("a masked frame came from the server");
        }
        long length = length7 == 127
                ? ByteBuffer.wrap(readBytes(8)).getLong()
                : length7 == 126 ? ByteBuffer.wrap(readBytes(2)).getShort() & 0xFFFF : length7;
        return new Frame(first, readBytes((int) length));
    }

    /** Reads the next frame that is no Pong. */
    public Frame readMessage() throws IOException {
        Frame frame = readFrame();
        while (frame.opcode() == PONG) {
            frame = readFrame();
        }
        return frame;
    }

    /** Reads until a data frame with content comes on this channel. */
    public Frame readData(int channel) throws IOException {
        while (true) {
            Frame frame = readFrame();
            if (frame.opcode() == CLOSE) {
                throw new EOFException("closed with " + frame.closeCode());
            }
            if (frame.opcode() <= BINARY && frame.channel() == channel && frame.payload().length > 1) {
                return frame;
            }
        }
    }

    /** Reads output on stdout until it holds the text; returns all that was read. */
    public String readUntil(String text) throws IOException {
        StringBuilder all = new StringBuilder();
        while (all.indexOf(text) < 0) {
            all.append(new String(readData(1).data(), StandardCharsets.UTF_8));
        }
        return all.toString();
    }

    /** Whether the server ends the connection without another byte; false if one comes. */
    public boolean readsEnd() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    /** Whether the server ends the connection without another byte, and properly: a reset is an exception. */
    public boolean readsFin() throws IOException {
        return in.read() < 0;
    }

    /** Told of every frame before it is counted; may write. */
    public interface OnFrame {
        void accept(Frame frame) throws IOException;
    }

    /** Reads to the end of the connection and answers the Close. */
    public Ending readToEnd() {
        return readToEnd(frame -> {
            if (frame.opcode() == CLOSE) {
                write(frame(CLOSE, frame.payload().length < 2 ? new byte[0] : Arrays.copyOf(frame.payload(), 2)));
            }
        });
    }

    /** Reads to the end of the connection. */
    public Ending readToEnd(OnFrame onFrame) {
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        List<String> statuses = new ArrayList<>();
        List<Integer> closeCodes = new ArrayList<>();
        boolean afterClose = false;
        boolean statusLast = false;
        IOException failure = null;
        try {
            while (true) {
                in.mark(1);
                if (in.read() < 0) {
                    break;
                }
                in.reset();
                Frame frame = readFrame();
                onFrame.accept(frame);
                afterClose |= !closeCodes.isEmpty();
                if (frame.opcode() == CLOSE) {
                    closeCodes.add(frame.closeCode());
                } else if (frame.opcode() <= BINARY) {
                    boolean content = frame.payload().length > 1;
                    statusLast = frame.channel() == 3 && content;
                    switch (frame.channel()) {
                        case 1 -> stdout.writeBytes(frame.data());
                        case 2 -> stderr.writeBytes(frame.data());
                        case 3 -> {
                            if (content) {
                                statuses.add(new String(frame.data(), StandardCharsets.UTF_8));
                            }
                        }
                        default -> throw new IOException("data on channel " + frame.channel());
                    }
                }
            }
        } catch (IOException cut) {
            failure = cut;
        }
        return new Ending(
                stdout.toByteArray(), stderr.toByteArray(), statuses, closeCodes, afterClose, statusLast, failure);
    }

    public void timeout(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** Ends what we send; the server sees FIN. */
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection with RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
