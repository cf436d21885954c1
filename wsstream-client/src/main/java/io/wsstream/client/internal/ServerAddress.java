package io.wsstream.client.internal;

import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Where to connect.
 *
 * @param host name or literal address, without brackets
 * @param port the port
 * @param tls what to trust, or null for plain TCP
 * @param tlsName the name that the certificate must carry and that SNI sends
 * @param verifyName whether it must
 * @param proxy asked to lead there, or null
 */
record ServerAddress(
        String host,
        int port,
        @Nullable SSLContext tls,
        String tlsName,
        boolean verifyName,
        @Nullable ProxyAddress proxy) {
    static ServerAddress of(
            URI uri, @Nullable SSLContext tls, String tlsName, boolean verifyName, @Nullable URI proxy) {
        String bare = bareHost(uri);
        int port = uri.getPort() >= 0 ? uri.getPort() : tls != null ? 443 : 80;
        return new ServerAddress(
                bare,
                port,
                tls,
                tlsName.isEmpty() ? bare : tlsName,
                verifyName,
                proxy == null ? null : ProxyAddress.of(proxy));
    }

    static String bareHost(URI uri) {
        String host = uri.getHost();
        if (host == null) {
            throw new IllegalArgumentException("the server URL " + uri + " has no host that can be looked up");
        }
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** As it stands in messages and names of threads. */
    String name() {
        return name(host, port);
    }

    static String name(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    static String seconds(Duration bound) {
        return bound.toMillis() % 1000 == 0 ? bound.toSeconds() + " s" : bound.toMillis() + " ms";
    }
}
