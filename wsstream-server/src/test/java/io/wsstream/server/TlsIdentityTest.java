package io.wsstream.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsIdentityTest {
    private final Instant now = Instant.now();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "::1", "exec.example.com", "192.0.2.7", "2001:db8::7"})
    void aClientThatTrustsOnlyTheAuthorityAcceptsEveryName(String name) throws Exception {
        TlsIdentity identity = TlsIdentity.generate(List.of("exec.example.com", "192.0.2.7", "[2001:db8::7]"));

        assertThat(handshake(identity, identity.caPem(), name)).startsWith("TLSv1.");
    }

    @Test
    void aClientThatTrustsOnlyTheAuthorityRefusesAnotherName() {
        TlsIdentity identity = TlsIdentity.generate(List.of());

        assertThatThrownBy(() -> handshake(identity, identity.caPem(), "exec.example.com"))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("exec.example.com");
    }

    @Test
    void aClientThatTrustsAnotherAuthorityRefuses() {
        TlsIdentity identity = TlsIdentity.generate(List.of());

        assertThatThrownBy(() ->
                        handshake(identity, TlsIdentity.generate(List.of()).caPem(), "localhost"))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void aClientRefusesAnExpiredCertificate() {
        TlsIdentity identity = TlsIdentity.generate(List.of(), now.minus(Duration.ofDays(366)));

        assertThatThrownBy(() -> handshake(identity, identity.caPem(), "localhost"))
                .isInstanceOf(SSLException.class)
                .hasStackTraceContaining("NotAfter");
    }

    @Test
    void aGeneratedIdentityTellsItsNamesForTheHostRule() {
        TlsIdentity identity = TlsIdentity.generate(List.of("Exec.Example.com"));

        assertThat(identity.names()).contains("localhost", "127.0.0.1", "exec.example.com");
        assertThat(HostPolicy.loopback().withHosts(identity.names()).allowsHost("exec.example.com:1"))
                .isTrue();
    }

    @Test
    void nameThatNoCertificateCanHoldIsRefused() {
        assertThatThrownBy(() -> TlsIdentity.generate(List.of("https://exec.example.com")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"EC, pkcs8", "EC, sec1", "RSA, pkcs8", "RSA, pkcs1"})
    void keysOfEachKindAndFormAreRead(String algorithm, String form) throws Exception {
        KeyPair pair = newKey(algorithm);
        Path cert = write("tls.crt", certificate(pair, now));
        Object pem = switch (form) {
            case "pkcs1" -> pair.getPrivate();
            case "sec1" -> sec1(pair);
            default -> pkcs8(pair);
        };
        Path key = write("tls.key", pem);
        if (form.equals("sec1")) {
            // openssl ecparam -genkey writes the curve in a block of its own before the key.
            Files.writeString(
                    key,
                    "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                            + Files.readString(key));
        }

        TlsIdentity identity = TlsIdentity.load(cert, key);

        assertThat(identity.names()).containsExactly("files.example.com");
        assertThat(handshake(identity, identity.caPem(), "files.example.com")).startsWith("TLSv1.");
    }

    @Test
    void keyOfAnotherCertificateIsRefused() throws Exception {
        Path cert = write("tls.crt", certificate(newKey("EC"), now));
        Path key = write("tls.key", pkcs8(newKey("EC")));

        assertThatThrownBy(() -> TlsIdentity.load(cert, key))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("tls.key does not belong to", "tls.crt");
    }

    @Test
    void certificateThatIsNotValidTodayIsRefused() throws Exception {
        KeyPair pair = newKey("EC");
        Path old = write("old.crt", certificate(pair, now.minus(Duration.ofDays(100))));
        Path early = write("early.crt", certificate(pair, now.plus(Duration.ofDays(100))));
        Path key = write("tls.key", pkcs8(pair));

        assertThatThrownBy(() -> TlsIdentity.load(old, key)).hasMessageContainingAll("old.crt expired at", "renew");
        assertThatThrownBy(() -> TlsIdentity.load(early, key))
                .hasMessageContainingAll("early.crt is not valid", "clock");
    }

    @Test
    void anEncryptedKeyIsRefusedWithTheWayOut() throws Exception {
        Path cert = write("tls.crt", certificate(newKey("EC"), now));
        byte[] encrypted = new EncryptedPrivateKeyInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2), new byte[] {1, 2, 3})
                .getEncoded();
        Path pkcs8 = write("pkcs8.key", new PemObject("ENCRYPTED PRIVATE KEY", encrypted));
        Path pkcs1 = Files.writeString(folder.resolve("pkcs1.key"), """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF

                AAAA
                -----END RSA PRIVATE KEY-----
                """);

        assertThatThrownBy(() -> TlsIdentity.load(cert, pkcs8))
                .hasMessageContainingAll("pkcs8.key is encrypted", "openssl pkey");
        assertThatThrownBy(() -> TlsIdentity.load(cert, pkcs1))
                .hasMessageContainingAll("pkcs1.key is encrypted", "openssl pkey");
    }

    @Test
    void filesThatHoldSomethingElseAreRefused() throws Exception {
        KeyPair pair = newKey("EC");
        Path cert = write("tls.crt", certificate(pair, now));
        Path key = write("tls.key", pkcs8(pair));
        Path text = Files.writeString(folder.resolve("notes.txt"), "secret words");
        Path broken = Files.writeString(
                folder.resolve("broken.key"), "-----BEGIN PRIVATE KEY-----\nsecret!\n-----END PRIVATE KEY-----\n");

        assertThatThrownBy(() -> TlsIdentity.load(folder.resolve("none.crt"), key))
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> TlsIdentity.load(text, key)).hasMessageContaining("holds no certificate");
        assertThatThrownBy(() -> TlsIdentity.load(key, cert)).hasMessageContaining("tls.key holds no certificate");
        assertThatThrownBy(() -> TlsIdentity.load(cert, cert)).hasMessageContaining("holds no private key");
        assertThatThrownBy(() -> TlsIdentity.load(cert, folder)).hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> TlsIdentity.load(cert, broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no well-formed PEM")
                .hasMessageNotContaining("secret");
    }

    private Path write(String name, Object pem) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(pem);
        }
        return Files.writeString(folder.resolve(name), text.toString());
    }

    private static Object pkcs8(KeyPair pair) throws IOException {
        return new JcaPKCS8Generator(pair.getPrivate(), null);
    }

    private static Object sec1(KeyPair pair) throws IOException {
        BigInteger secret = ((ECPrivateKey) pair.getPrivate()).getS();
        return new PemObject(
                "EC PRIVATE KEY",
                new org.bouncycastle.asn1.sec.ECPrivateKey(256, secret, SECObjectIdentifiers.secp256r1).getEncoded());
    }

    private static KeyPair newKey(String algorithm) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(algorithm.equals("EC") ? 256 : 2048);
        return generator.generateKeyPair();
    }

    private static X509CertificateHolder certificate(KeyPair pair, Instant middle)
            throws IOException, OperatorCreationException {
        X500Name name = new X500Name("CN=files");
        return new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.TEN,
                        Date.from(middle.minus(Duration.ofDays(10))),
                        Date.from(middle.plus(Duration.ofDays(10))),
                        name,
                        pair.getPublic())
                .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, "files.example.com")))
                .build(new JcaContentSignerBuilder(
                                pair.getPublic().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA")
                        .build(pair.getPrivate()));
    }

    /** A real handshake over TCP; the client trusts {@code caPem} alone and checks {@code name} as HTTPS does. */
    private static String handshake(TlsIdentity identity, byte[] caPem, String name) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (SSLServerSocket listener =
                (SSLServerSocket) identity.sslContext().getServerSocketFactory().createServerSocket(0, 1, loopback)) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                    socket.getOutputStream().write(1);
                } catch (IOException refusedByTheClient) {
                    // The client's exception is the one that is looked at.
                }
            });
            try (Socket plain = new Socket(loopback, listener.getLocalPort());
                    SSLSocket socket = (SSLSocket) trusting(caPem)
                            .getSocketFactory()
                            .createSocket(plain, name, listener.getLocalPort(), true)) {
                socket.setSoTimeout(10_000);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                assertThat(socket.getInputStream().read()).isEqualTo(1);
                return socket.getSession().getProtocol();
            } finally {
                served.join();
            }
        }
    }

    private static SSLContext trusting(byte[] caPem) throws Exception {
        assertThat(new String(caPem, StandardCharsets.US_ASCII)).doesNotContain("PRIVATE");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int i = 0;
        for (var certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(caPem))) {
            store.setCertificateEntry("ca" + i++, (X509Certificate) certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
