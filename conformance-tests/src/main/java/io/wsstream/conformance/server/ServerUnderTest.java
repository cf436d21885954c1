package io.wsstream.conformance.server;

import io.wsstream.conformance.wire.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Where the server is, and how it lets the harness in. Immutable. */
public final class ServerUnderTest {
    private static final String USUAL_PATH = "/api/v1/namespaces/default/pods/local/exec";
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(10);

    private final URI exec;
    private final @Nullable String token;
    private final @Nullable Path ca;
    private final boolean insecure;

    private ServerUnderTest(URI exec, @Nullable String token, @Nullable Path ca, boolean insecure) {
        this.exec = exec;
        this.token = token;
        this.ca = ca;
        this.insecure = insecure;
    }

    /**
     * A server.
     *
     * @param url of the exec endpoint, such as {@code https://host:port/api/v1/namespaces/NS/pods/POD/exec}; http, https,
     *     ws or wss. Without a path it is pod {@code local} in namespace {@code default}
     * @return the server
     * @throws IllegalArgumentException if it is no such URL
     */
    public static ServerUnderTest at(URI url) {
        String scheme = String.valueOf(url.getScheme());
        if (!scheme.matches("https?|wss?") || url.getHost() == null) {
            throw new IllegalArgumentException("the URL " + url
                    + "; expected the server's exec endpoint, such as"
                    + " https://127.0.0.1:6443/api/v1/namespaces/default/pods/POD/exec");
        }
        String path = url.getRawPath() == null || url.getRawPath().length() < 2 ? USUAL_PATH : url.getRawPath();
        return new ServerUnderTest(url.resolve(path), null, null, false);
    }

    /** {@return the same with a bearer token} */
    public ServerUnderTest token(String bearer) {
        return new ServerUnderTest(exec, bearer, ca, insecure);
    }

    /** {@return the same, trusting this CA, a PEM file} */
    public ServerUnderTest caFile(Path pem) {
        return new ServerUnderTest(exec, token, pem, insecure);
    }

    /** {@return the same, trusting any certificate} */
    public ServerUnderTest insecure() {
        return new ServerUnderTest(exec, token, ca, true);
    }

    Optional<String> token() {
        return Optional.ofNullable(token);
    }

    String authority() {
        return exec.getRawAuthority();
    }

    /** {@return the path of exec, or of another subresource of the same pod} */
    String path(String endpoint) {
        String path = exec.getRawPath();
        return endpoint.equals("exec") ? path : path.substring(0, path.lastIndexOf('/') + 1) + endpoint;
    }

    /** {@return a new connection, after the TLS handshake if there is one} */
    Wire connect() throws IOException {
        boolean tls = exec.getScheme().equals("https") || exec.getScheme().equals("wss");
        int port = exec.getPort() > 0 ? exec.getPort() : tls ? 443 : 80;
        Socket tcp = new Socket();
        try {
            tcp.connect(new InetSocketAddress(exec.getHost(), port), (int) CONNECT_BOUND.toMillis());
            return tls ? secure(tcp, port) : Wire.over(tcp);
        } catch (IOException failed) {
            tcp.close();
            throw new IOException(
                    "no connection to " + exec.getHost() + ":" + port + ": " + failed.getMessage(), failed);
        }
    }

    private Wire secure(Socket tcp, int port) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust(), null);
            tcp.setSoTimeout((int) CONNECT_BOUND.toMillis());
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(tcp, exec.getHost(), port, false);
            if (!insecure) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                tls.setSSLParameters(parameters);
            }
            tls.startHandshake();
            return Wire.over(tcp, tls);
        } catch (GeneralSecurityException unusable) {
            throw new IOException(unusable);
        }
    }

    private TrustManager @Nullable [] trust() throws IOException, GeneralSecurityException {
        if (insecure) {
            return new TrustManager[] {new TrustAll()};
        }
        if (ca == null) {
            return null;
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(ca)) {
            int count = 0;
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("ca-" + count++, each);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
