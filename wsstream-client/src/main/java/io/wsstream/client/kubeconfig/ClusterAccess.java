package io.wsstream.client.kubeconfig;

import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where a cluster is, whom to trust there, and as whom to ask. Immutable; each method that changes something returns a
 * changed copy.
 *
 * <p>A kubeconfig is read by fabric8's {@code Config}: exec plugins, client certificates, {@code KUBECONFIG} lists; and
 * by us, for what that leaves out: {@code tokenFile}, which is read before each connection, and {@code proxy-url}; and by
 * us alone where a file asks for no more than a server and a token.
 * Impersonation ({@code as} and its kin) is not supported; a kubeconfig that asks for it is refused. Where a CA is given,
 * only that CA is trusted, as kubectl does.
 *
 * <p>Proxies are those that kubectl would use: {@code proxy-url}, else {@code HTTPS_PROXY} or {@code HTTP_PROXY} but for
 * the servers in {@code NO_PROXY} and those on loopback. Each must be an {@code http://} proxy and is asked to CONNECT, for
 * http servers too; other kinds are refused, at the latest when a connection is opened.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> reading files, and running the exec plugin a kubeconfig may name.
 */
public final class ClusterAccess {
    private static final int MAX_PORT = 65535;
    private static final String UNSET_MASTER = "https://kubernetes.default.svc";

    private final URI server;
    private final String namespace;
    private final Credentials credentials;
    private final KeyManager @Nullable [] keys;
    private final TrustManager @Nullable [] trusted;
    private final @Nullable SSLContext given;
    private final boolean insecure;
    private final String tlsName;
    private final ProxyRule proxies;
    private volatile @Nullable SSLContext made;

    private ClusterAccess(
            URI server,
            String namespace,
            Credentials credentials,
            KeyManager @Nullable [] keys,
            TrustManager @Nullable [] trusted,
            @Nullable SSLContext given,
            boolean insecure,
            String tlsName,
            ProxyRule proxies) {
        this.server = checked(server);
        this.namespace = namespace;
        this.credentials = credentials;
        this.keys = keys;
        this.trusted = trusted;
        this.given = given;
        this.insecure = insecure;
        this.tlsName = tlsName;
        this.proxies = proxies;
    }

    private static URI checked(URI server) {
        String scheme = String.valueOf(server.getScheme());
        boolean plain =
                server.getRawUserInfo() == null && server.getRawQuery() == null && server.getRawFragment() == null;
        boolean known = scheme.equals("https") || scheme.equals("http");
        if (!known || server.getHost() == null || server.getPort() > MAX_PORT || !plain) {
            throw new IllegalArgumentException(
                    "server URL '" + server.toString().replaceFirst("//.*@", "//...@")
                            + "'; expected https://HOST[:PORT][/PATH], or http");
        }
        return URI.create(server.toString().replaceFirst("/+$", ""));
    }

    // ---------------------------------------------------------------- where from

    /**
     * The cluster of a kubeconfig's current context.
     *
     * @param file the kubeconfig
     * @return the access
     * @throws ClusterAccessException if the file is missing, malformed, or names what is not in it
     */
    public static ClusterAccess kubeconfig(Path file) throws ClusterAccessException {
        return kubeconfig(file, null);
    }

    /**
     * The cluster of one context of a kubeconfig.
     *
     * @param file the kubeconfig
     * @param context its name, or null for the current one
     * @return the access
     * @throws ClusterAccessException if the file is missing, malformed, or names what is not in it
     */
    public static ClusterAccess kubeconfig(Path file, @Nullable String context) throws ClusterAccessException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            String why = !Files.exists(file) ? ": no such file" : Files.isDirectory(file) ? ": it is a directory" : "";
            throw new ClusterAccessException("cannot read the kubeconfig " + file + why, null);
        }
        PlainKubeconfig plain = PlainKubeconfig.read(file, context);
        return plain == null
                ? byFabric8(file, context)
                : of(plain, "the kubeconfig " + file, () -> kubeconfig(file, plain.context()).credentials);
    }

    private static ClusterAccess byFabric8(Path file, @Nullable String context) throws ClusterAccessException {
        String what = "the kubeconfig " + file;
        Config config;
        try {
            io.fabric8.kubernetes.api.model.Config whole =
                    Serialization.unmarshal(Files.readString(file), io.fabric8.kubernetes.api.model.Config.class);
            if (whole == null || whole.getContexts().isEmpty()) {
                throw new ClusterAccessException(what + " names no server: it has no contexts", null);
            }
            checkContext(context, whole.getContexts(), what);
            config = Config.fromKubeconfig(context, file.toFile());
        } catch (ClusterAccessException known) {
            throw known;
        } catch (IOException | RuntimeException malformed) {
            throw new ClusterAccessException(what + " is malformed: " + reason(malformed), malformed);
        }
        return of(config, what, ProxyRule.ENVIRONMENT);
    }

    /**
     * What kubectl would use: the files of {@code KUBECONFIG}, else {@code ~/.kube/config}, else the service account of
     * the pod this runs in.
     *
     * @param context its name, or null for the current one
     * @return the access
     * @throws ClusterAccessException if there is nothing of all that, or it is malformed
     */
    public static ClusterAccess detect(@Nullable String context) throws ClusterAccessException {
        PlainKubeconfig plain = PlainKubeconfig.detect(context, System.getenv(), System.getProperties());
        return plain == null
                ? detectByFabric8(context)
                : of(plain, "the kubeconfig", () -> detect(plain.context()).credentials);
    }

    private static ClusterAccess detectByFabric8(@Nullable String context) throws ClusterAccessException {
        Config config;
        try {
            config = Config.autoConfigure(context);
        } catch (RuntimeException malformed) {
            throw new ClusterAccessException("the kubeconfig is malformed: " + reason(malformed), malformed);
        }
        boolean nothing = config.getCurrentContext() == null
                && config.getMasterUrl().startsWith(UNSET_MASTER)
                && System.getenv("KUBERNETES_SERVICE_HOST") == null;
        if (nothing && context == null) {
            throw new ClusterAccessException(
                    "no cluster is configured; set KUBECONFIG, or name a kubeconfig or a server", null);
        }
        checkContext(context, config.getContexts(), "the kubeconfig");
        return of(config, "the kubeconfig", ProxyRule.ENVIRONMENT);
    }

    /**
     * What a fabric8 client would use, its proxies and their exceptions included. When it was made from the text of a
     * kubeconfig and not from a file, impersonation, {@code tokenFile} and an http {@code proxy-url} of an https server
     * cannot be seen in it.
     *
     * @param config its configuration
     * @return the access
     * @throws ClusterAccessException if its certificates cannot be read, or it asks for what is not supported
     */
    public static ClusterAccess of(Config config) throws ClusterAccessException {
        String what = "the configuration";
        List<String> exceptions = config.getNoProxy() == null ? List.of() : List.of(config.getNoProxy());
        return of(config, what, ProxyRule.perScheme(config.getHttpsProxy(), config.getHttpProxy(), exceptions, what));
    }

    /**
     * A server by its URL, without credentials yet; trusts the JVM's CAs.
     *
     * @param server https or http; a path is kept as a prefix
     * @return the access
     */
    public static ClusterAccess url(URI server) {
        return new ClusterAccess(
                server, "default", Credentials.NONE, null, null, null, false, "", ProxyRule.ENVIRONMENT);
    }

    private static ClusterAccess of(Config config, String what, ProxyRule usual) throws ClusterAccessException {
        if (config.getCurrentContext() == null && !config.getContexts().isEmpty()) {
            throw new ClusterAccessException(
                    what + " has no usable current-context; name one of " + names(config.getContexts()), null);
        }
        Credentials.FromConfig credentials = new Credentials.FromConfig(config, what);
        URI server = server(config.getMasterUrl(), what);
        boolean secure = "https".equals(server.getScheme());
        return new ClusterAccess(
                server,
                notEmpty(config.getNamespace()) ? config.getNamespace() : "default",
                credentials,
                secure ? keys(config, what) : null,
                secure && !config.isTrustCerts() ? trusted(config.getCaCertData(), config.getCaCertFile(), what) : null,
                null,
                config.isTrustCerts(),
                notEmpty(config.getTlsServerName()) ? config.getTlsServerName() : "",
                proxies(credentials.user().proxyUrl(), usual, what));
    }

    private static ClusterAccess of(PlainKubeconfig plain, String what, Credentials.FromFile.Reading again)
            throws ClusterAccessException {
        URI server = server(plain.server(), what);
        boolean secure = "https".equals(server.getScheme());
        return new ClusterAccess(
                server,
                plain.namespace(),
                new Credentials.FromFile(plain.token(), plain.tokenFile(), again),
                null,
                secure && !plain.insecure() ? trusted(plain.caData(), plain.caFile(), what) : null,
                null,
                plain.insecure(),
                plain.tlsServerName(),
                proxies(plain.proxyUrl(), ProxyRule.ENVIRONMENT, what));
    }

    private static URI server(@Nullable String url, String what) throws ClusterAccessException {
        try {
            return checked(URI.create(String.valueOf(url)));
        } catch (IllegalArgumentException malformed) {
            throw new ClusterAccessException(what + ": " + malformed.getMessage(), malformed);
        }
    }

    private static ProxyRule proxies(@Nullable String fixed, ProxyRule usual, String what)
            throws ClusterAccessException {
        return fixed == null ? usual : ProxyRule.fixed(fixed, "proxy-url of " + what);
    }

    /** fabric8 would quietly take the current one in place of one that is not there. */
    private static void checkContext(@Nullable String context, List<NamedContext> contexts, String what)
            throws ClusterAccessException {
        if (context != null && !names(contexts).contains(context)) {
            throw new ClusterAccessException(
                    "context '" + context + "' is not in " + what + "; it has " + names(contexts), null);
        }
    }

    private static List<String> names(List<NamedContext> contexts) {
        return contexts.stream().map(NamedContext::getName).toList();
    }

    private static KeyManager @Nullable [] keys(Config config, String what) throws ClusterAccessException {
        boolean certificate = notEmpty(config.getClientCertData()) || notEmpty(config.getClientCertFile());
        boolean key = notEmpty(config.getClientKeyData()) || notEmpty(config.getClientKeyFile());
        if (certificate != key) {
            throw new ClusterAccessException(
                    what + " has a "
                            + (certificate
                                    ? "client certificate without its key"
                                    : "client key without its certificate")
                            + "; give both, or neither",
                    null);
        }
        try {
            return keys(config);
        } catch (GeneralSecurityException | IOException | RuntimeException unreadable) {
            throw new ClusterAccessException(
                    what + ": cannot read the client certificate or its key: " + reason(unreadable), unreadable);
        }
    }

    private static KeyManager @Nullable [] keys(Config config) throws GeneralSecurityException, IOException {
        try {
            return SSLUtils.keyManagers(config);
        } catch (GeneralSecurityException | IOException | RuntimeException noRsa) {
            // It takes a PKCS#8 key, whose PEM names no kind, for RSA.
            Config other = new ConfigBuilder(config).withClientKeyAlgo("EC").build();
            try {
                return SSLUtils.keyManagers(other);
            } catch (GeneralSecurityException | IOException | RuntimeException noEcEither) {
                noRsa.addSuppressed(noEcEither);
                throw noRsa;
            }
        }
    }

    private static TrustManager @Nullable [] trusted(@Nullable String data, @Nullable String file, String what)
            throws ClusterAccessException {
        if (notEmpty(data)) {
            String pem;
            try {
                pem = new String(Base64.getMimeDecoder().decode(data), StandardCharsets.ISO_8859_1);
            } catch (IllegalArgumentException noBase64) {
                throw new ClusterAccessException(what + ": certificate-authority-data is not base64", noBase64);
            }
            return trusting(pem, what + ": certificate-authority-data");
        }
        if (!notEmpty(file)) {
            return null;
        }
        try {
            return trusting(Files.readString(Path.of(file), StandardCharsets.ISO_8859_1), "the CA file " + file);
        } catch (ClusterAccessException known) {
            throw known;
        } catch (IOException | InvalidPathException unreadable) {
            throw new ClusterAccessException("cannot read the CA file " + file + ": " + reason(unreadable), unreadable);
        }
    }

    private static TrustManager[] trusting(String pem, String what) throws ClusterAccessException {
        try {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1)));
            if (certificates.isEmpty()) {
                throw new ClusterAccessException(what + " holds no PEM certificate", null);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int next = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca-" + next++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (ClusterAccessException known) {
            throw known;
        } catch (GeneralSecurityException | IOException malformed) {
            throw new ClusterAccessException(what + " is no PEM certificate: " + reason(malformed), malformed);
        }
    }

    // ---------------------------------------------------------------- changed copies

    /**
     * Asks another server.
     *
     * @param other its URL
     * @return the changed access
     */
    public ClusterAccess server(URI other) {
        return new ClusterAccess(other, namespace, credentials, keys, trusted, given, insecure, tlsName, proxies);
    }

    /**
     * Sends a bearer token.
     *
     * @param token the token
     * @return the changed access
     */
    public ClusterAccess token(String token) {
        return tokenFrom(() -> token);
    }

    /**
     * Sends a bearer token that is asked for before each connection.
     *
     * @param token gives it; may block
     * @return the changed access
     */
    public ClusterAccess tokenFrom(Supplier<String> token) {
        return new ClusterAccess(
                server, namespace, Credentials.bearer(token), keys, trusted, given, insecure, tlsName, proxies);
    }

    /**
     * Sends the bearer token that a file holds, read before each connection.
     *
     * @param file the file
     * @return the changed access
     */
    public ClusterAccess tokenFile(Path file) {
        return new ClusterAccess(
                server, namespace, Credentials.tokenFile(file), keys, trusted, given, insecure, tlsName, proxies);
    }

    /**
     * Trusts servers that this CA vouches for, and no others.
     *
     * @param pem one or more certificates
     * @return the changed access
     * @throws ClusterAccessException if there is none in it
     */
    public ClusterAccess caPem(String pem) throws ClusterAccessException {
        return new ClusterAccess(
                server, namespace, credentials, keys, trusting(pem, "the CA"), null, false, tlsName, proxies);
    }

    /**
     * Trusts servers that the CA in a file vouches for, and no others.
     *
     * @param file PEM, one or more certificates
     * @return the changed access
     * @throws ClusterAccessException if it cannot be read or holds none
     */
    public ClusterAccess caFile(Path file) throws ClusterAccessException {
        TrustManager[] only = trusted(null, file.toString(), "the CA");
        return new ClusterAccess(server, namespace, credentials, keys, only, null, false, tlsName, proxies);
    }

    /**
     * Uses a TLS configuration of the caller's, in place of any CA and client certificate.
     *
     * @param context the configuration
     * @return the changed access
     */
    public ClusterAccess sslContext(SSLContext context) {
        return new ClusterAccess(server, namespace, credentials, null, null, context, insecure, tlsName, proxies);
    }

    /**
     * Trusts any server whatever its certificate says. Whoever sits between gets the token.
     *
     * @return the changed access
     */
    public ClusterAccess insecureSkipTlsVerify() {
        return new ClusterAccess(server, namespace, credentials, keys, null, null, true, tlsName, proxies);
    }

    /**
     * Changes the namespace of pods that are named without one.
     *
     * @param name the namespace
     * @return the changed access
     */
    public ClusterAccess namespace(String name) {
        return new ClusterAccess(server, name, credentials, keys, trusted, given, insecure, tlsName, proxies);
    }

    /**
     * Goes through this proxy, whatever the environment says.
     *
     * @param url {@code http://[USER:PASSWORD@]HOST[:PORT]}; port 80 when there is none
     * @return the changed access
     * @throws ClusterAccessException if it is no such URL
     */
    public ClusterAccess proxy(URI url) throws ClusterAccessException {
        return with(ProxyRule.fixed(url.toString(), "the caller"));
    }

    /**
     * Goes through no proxy, whatever the environment says.
     *
     * @return the changed access
     */
    public ClusterAccess withoutProxy() {
        return with(ProxyRule.NONE);
    }

    private ClusterAccess with(ProxyRule rule) {
        return new ClusterAccess(server, namespace, credentials, keys, trusted, given, insecure, tlsName, rule);
    }

    // ---------------------------------------------------------------- what it says

    /** {@return the server, possibly with a path to put before all others} */
    public URI serverUrl() {
        return server;
    }

    /** {@return the namespace of pods that are named without one} */
    public String defaultNamespace() {
        return namespace;
    }

    /** {@return whether the server's certificate is not checked} */
    public boolean isInsecure() {
        return insecure;
    }

    /** {@return the name that the certificate must carry; empty when it is the host of the URL} */
    public String tlsServerName() {
        return tlsName;
    }

    /**
     * The proxy on the way to the server, found out now.
     *
     * @return {@code http://[USER:PASSWORD@]HOST[:PORT]}, or null when there is none
     * @throws ClusterAccessException if it is of a kind that is not supported
     */
    public @Nullable URI proxyUrl() throws ClusterAccessException {
        return proxies.proxyFor(server);
    }

    /**
     * The value of the {@code Authorization} header, made now.
     *
     * @return the value, or null when there is none
     * @throws IOException if a token file cannot be read
     */
    public @Nullable String authorization() throws IOException {
        return credentials.authorization();
    }

    /**
     * Makes new credentials after the server refused the old, where that can be done: by reading the kubeconfig and the
     * token file again, and running the plugin. A client certificate stays as it was.
     *
     * @param refused what the server refused
     * @return whether they differ now, so that asking again makes sense
     * @throws IOException if a token file cannot be read, or the kubeconfig can no longer be used
     */
    public boolean refreshAuthorization(@Nullable String refused) throws IOException {
        try {
            credentials.refresh();
        } catch (KubernetesClientException unchanged) {
            return false;
        }
        return !Objects.equals(refused, credentials.authorization());
    }

    /**
     * The TLS configuration; the same object each time, so that TLS sessions are resumed.
     *
     * @return the configuration
     * @throws ClusterAccessException if the JVM cannot make one
     */
    public SSLContext tls() throws ClusterAccessException {
        SSLContext known = given != null ? given : made;
        if (known != null) {
            return known;
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, insecure ? SSLUtils.trustManagers(null, null, true, null, null) : trusted, null);
            made = context;
            return context;
        } catch (GeneralSecurityException | IOException failed) {
            throw new ClusterAccessException("TLS cannot be set up: " + reason(failed), failed);
        }
    }

    private static boolean notEmpty(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        if (deepest instanceof CharacterCodingException) {
            return "it is not text in UTF-8";
        }
        if (deepest instanceof NullPointerException) { // of fabric8's, for whatever it took for granted
            return "something is missing in it, such as the server of a cluster";
        }
        if (deepest instanceof MismatchedInputException) { // of what it was to become, not of what is in the file
            return "expected YAML with apiVersion, kind: Config, clusters, contexts and users";
        }
        String message = String.valueOf(deepest.getMessage()).replaceAll("\\s+", " ");
        return deepest instanceof NoSuchFileException ? "no such file: " + message : message;
    }
}
