package io.wsstream.conformance.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that leads every CONNECT to one server, whatever it names. */
final class Tunnel implements AutoCloseable {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Relay relay;

    private Tunnel(ServerSocket listener, URI target) {
        relay = new Relay(listener, () -> new Socket(target.getHost(), target.getPort()), (client, server) -> {
            asked.add(
                    Relay.readHead(client.getInputStream()).lines().findFirst().orElse(""));
            client.getOutputStream().write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(ISO_8859_1));
        });
    }

    static Tunnel to(URI target) throws IOException {
        return new Tunnel(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
    }

    int port() {
        return relay.port();
    }

    /** The first line of each request. */
    List<String> asked() {
        return asked;
    }

    @Override
    public void close() throws IOException {
        relay.close();
    }
}
