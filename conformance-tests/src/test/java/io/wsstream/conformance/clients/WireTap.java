package io.wsstream.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.wsstream.conformance.client.Relay;
import io.wsstream.conformance.exec.ExecServer;
import io.wsstream.server.KubeconfigWriter;
import io.wsstream.server.TlsIdentity;
import io.wsstream.server.WsStreamServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/**
 * Stands before a server with the server's own certificate, passes everything on, and keeps the heads of the requests.
 *
 * <p><b>Threads:</b> those of {@link Relay}. <b>Blocking:</b> none. <b>Memory:</b> every head.
 */
final class WireTap implements AutoCloseable {
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final WsStreamServer server;
    private final TlsIdentity identity;
    private final Relay relay;

    WireTap(ExecServer tapped) throws IOException, GeneralSecurityException {
        server = tapped.server();
        identity = Objects.requireNonNull(server.tls());
        URI target = server.uri();
        SSLContext trusting = SSLUtils.sslContext(Config.fromKubeconfig(Files.readString(tapped.kubeconfig())));
        relay = new Relay(
                identity.sslContext()
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                () -> trusting.getSocketFactory().createSocket(target.getHost(), target.getPort()),
                this::listen);
    }

    /** Until a WebSocket is asked for, every request on a connection has a head of its own, and no body. */
    private void listen(Socket client, Socket there) throws IOException {
        String head;
        do {
            head = Relay.readHead(client.getInputStream());
            heads.add(head);
            there.getOutputStream().write(head.getBytes(ISO_8859_1));
        } while (!isUpgrade(head));
    }

    /** Where to reach the server through this. */
    URI uri() {
        return URI.create("https://127.0.0.1:" + relay.port());
    }

    /** The server's kubeconfig, but for where the server is. */
    void writeKubeconfig(Path file) throws IOException {
        new KubeconfigWriter(file).write(uri(), identity.caPem(), server.token());
    }

    /** The one request for a WebSocket. */
    String upgrade() {
        List<String> upgrades = heads.stream().filter(WireTap::isUpgrade).toList();
        if (upgrades.size() != 1) {
            throw new AssertionError("expected one request for a WebSocket, but there were: " + heads);
        }
        return upgrades.get(0);
    }

    /** The paths of all the others, each once, in order of the alphabet. */
    List<String> otherPaths() {
        return heads.stream()
                .filter(head -> !isUpgrade(head))
                .map(head -> head.split("[ ?]", 3)[1])
                .distinct()
                .sorted()
                .toList();
    }

    /** A header's value; empty without it. */
    static String header(String head, String name) {
        String start = name + ":";
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, start, 0, start.length()))
                .map(line -> line.substring(start.length()).strip())
                .findFirst()
                .orElse("");
    }

    private static boolean isUpgrade(String head) {
        return header(head, "Upgrade").equalsIgnoreCase("websocket");
    }

    @Override
    public void close() throws IOException {
        relay.close();
    }
}
