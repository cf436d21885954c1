package io.wsstream.client.internal;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * An HTTP proxy that is asked to CONNECT. Its text form shows no password.
 *
 * @param host name or literal address, without brackets
 * @param port the port
 * @param authorization the value of {@code Proxy-Authorization}, or empty
 */
record ProxyAddress(String host, int port, String authorization) {
    static ProxyAddress of(URI url) {
        String user = url.getUserInfo();
        return new ProxyAddress(
                ServerAddress.bareHost(url),
                url.getPort() >= 0 ? url.getPort() : 80,
                user == null
                        ? ""
                        : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
    }

    /** As it stands in messages. */
    String name() {
        return ServerAddress.name(host, port);
    }

    /** The head of the request for a tunnel (RFC 9110 section 9.3.6). */
    String connect(ServerAddress server) {
        return "CONNECT " + server.name() + " HTTP/1.1\r\nHost: " + server.name() + "\r\nUser-Agent: wsstream\r\n"
                + (authorization.isEmpty() ? "" : "Proxy-Authorization: " + authorization + "\r\n") + "\r\n";
    }

    @Override
    public String toString() {
        return name();
    }
}
