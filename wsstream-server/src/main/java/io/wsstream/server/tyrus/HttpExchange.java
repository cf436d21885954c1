package io.wsstream.server.tyrus;

import io.wsstream.server.rest.HttpRequest;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.util.MimeHeaders;
import org.glassfish.grizzly.ssl.SSLUtils;

/** Grizzly's request as ours. */
final class HttpExchange {
    private HttpExchange() {}

    static HttpRequest request(HttpRequestPacket packet) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        MimeHeaders all = packet.getHeaders();
        for (String name : all.names()) {
            List<String> values = new ArrayList<>();
            all.values(name).forEach(values::add);
            headers.put(name, values);
        }
        String query = packet.getQueryString();
        String target = packet.getRequestURI() + (query == null || query.isEmpty() ? "" : "?" + query);
        Connection<?> connection = packet.getConnection();
        return new HttpRequest(
                packet.getMethod().getMethodString(),
                target,
                headers,
                (InetSocketAddress) connection.getPeerAddress(),
                SSLUtils.getSSLEngine(connection) != null,
                clientCertificates(connection));
    }

    private static List<X509Certificate> clientCertificates(Connection<?> connection) {
        SSLEngine engine = SSLUtils.getSSLEngine(connection);
        if (engine == null || !(engine.getWantClientAuth() || engine.getNeedClientAuth())) {
            return List.of();
        }
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate certificate : engine.getSession().getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
        return chain;
    }
}
