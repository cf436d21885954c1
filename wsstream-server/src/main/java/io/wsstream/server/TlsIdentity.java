package io.wsstream.server;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/**
 * The certificate and key with which a server proves its name. Immutable; safe for any thread.
 *
 * <p>Its text form, and its errors, show names only: never the key.
 */
public final class TlsIdentity {
    private static final Duration VALIDITY = Duration.ofDays(365);
    /** Clocks of containers and virtual machines lag: a certificate is valid a little before it is made. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1");
    private static final int SAN_DNS = 2;
    private static final int SAN_IP = 7;
    private static final int PEM_LIMIT_BYTES = 1 << 20;

    private final SSLContext sslContext;
    private final byte[] caPem;
    private final Set<String> names;

    private TlsIdentity(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> trusted)
            throws GeneralSecurityException, IOException {
        this.sslContext = contextOf(key, chain);
        this.caPem = toPem(trusted);
        this.names = namesOf(chain.get(0));
    }

    /**
     * Makes a certificate authority for this identity alone, and a server certificate signed by it. Both are EC P-256,
     * valid for 365 days, and live in memory only.
     *
     * @param hostNamesAndIps names and addresses, beside {@code localhost}, 127.0.0.1 and ::1, by which clients will call
     *     the server
     * @return the identity
     * @throws IllegalArgumentException if one of them is neither a DNS name nor an IP address
     */
    public static TlsIdentity generate(Collection<String> hostNamesAndIps) {
        return generate(hostNamesAndIps, Instant.now());
    }

    static TlsIdentity generate(Collection<String> hostNamesAndIps, Instant now) {
        Set<String> wanted = new LinkedHashSet<>(LOOPBACK);
        wanted.addAll(HostPolicy.loopback().withHosts(hostNamesAndIps).hosts());
        List<GeneralName> sans = new ArrayList<>();
        for (String name : wanted) {
            boolean address = isAddress(name);
            sans.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name));
        }
        try {
            KeyPair caKey = newKey();
            KeyPair serverKey = newKey();
            X500Name caName = name("wsstream CA " + Long.toHexString(new SecureRandom().nextLong()));
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();

            X509v3CertificateBuilder ca = certificate(caName, caName, caKey.getPublic(), now)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(caKey.getPublic()));
            X509v3CertificateBuilder server = certificate(caName, name("wsstream server"), serverKey.getPublic(), now)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                    .addExtension(
                            Extension.subjectAlternativeName, false, new GeneralNames(sans.toArray(new GeneralName[0])))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(caKey.getPublic()))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(serverKey.getPublic()));

            X509Certificate caCertificate = sign(ca, caKey.getPrivate());
            X509Certificate serverCertificate = sign(server, caKey.getPrivate());
            return new TlsIdentity(
                    serverKey.getPrivate(), List.of(serverCertificate, caCertificate), List.of(caCertificate));
        } catch (GeneralSecurityException | OperatorCreationException | IOException impossible) {
            throw new IllegalStateException("cannot make an EC P-256 certificate with this JDK", impossible);
        }
    }

    /**
     * Reads an identity from PEM files.
     *
     * @param certPem the server's certificate, then the intermediate ones, if any
     * @param keyPem its private key, EC or RSA, as PKCS#8, PKCS#1 or SEC 1; not encrypted
     * @return the identity
     * @throws IOException if a file cannot be read or holds something else, if the two do not belong together, or if the
     *     certificate is not valid today; the message says which and what to do
     */
    public static TlsIdentity load(Path certPem, Path keyPem) throws IOException {
        List<X509Certificate> chain = readChain(certPem);
        PrivateKey key = readKey(keyPem);
        X509Certificate leaf = chain.get(0);
        checkValidity(certPem, leaf);
        if (!belongTogether(key, leaf.getPublicKey())) {
            throw new IOException("the key in " + keyPem + " does not belong to the first certificate in " + certPem
                    + " (" + leaf.getSubjectX500Principal()
                    + "); name the pair that was issued together, server certificate first");
        }
        try {
            return new TlsIdentity(key, chain, chain);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use the certificate in " + certPem + ": " + e.getMessage(), e);
        }
    }

    /** {@return a context for server sockets; it asks clients for no certificate} */
    public SSLContext sslContext() {
        return sslContext;
    }

    /**
     * What a client has to trust, for {@code certificate-authority-data}: the generated authority, or the certificates
     * that were loaded.
     *
     * @return a copy, PEM, ASCII
     */
    public byte[] caPem() {
        return caPem.clone();
    }

    /**
     * {@return the names and addresses in the certificate, in its order, wildcards as {@code *.example.com}; fit for {@link
     * HostPolicy#withHosts}}
     */
    public Set<String> names() {
        return names;
    }

    /** {@return the names, for a log} */
    @Override
    public String toString() {
        return "TlsIdentity" + names;
    }

    private static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    private static X509v3CertificateBuilder certificate(X500Name issuer, X500Name subject, PublicKey key, Instant now) {
        BigInteger serial = new BigInteger(127, new SecureRandom()).setBit(0);
        return new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(now.minus(CLOCK_SKEW)), Date.from(now.plus(VALIDITY)), subject, key);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, CertificateException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    }

    private static SSLContext contextOf(PrivateKey key, List<X509Certificate> chain)
            throws GeneralSecurityException, IOException {
        char[] password = new char[0];
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", key, password, chain.toArray(new X509Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static byte[] toPem(List<X509Certificate> certificates) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            for (X509Certificate certificate : certificates) {
                pem.writeObject(certificate);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException("PEM into memory", impossible);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static Set<String> namesOf(X509Certificate certificate) throws CertificateException {
        Set<String> names = new LinkedHashSet<>();
        Collection<List<?>> sans = certificate.getSubjectAlternativeNames();
        if (sans != null) {
            for (List<?> san : sans) {
                Object type = san.get(0);
                String name = san.get(1).toString();
                if ((type.equals(SAN_DNS) || type.equals(SAN_IP)) && HostPolicy.isHostName(name)) {
                    names.add(name);
                }
            }
        }
        return Collections.unmodifiableSet(names);
    }

    private static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    private static List<X509Certificate> readChain(Path file) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        for (Object entry : readPem(file)) {
            if (entry instanceof X509CertificateHolder holder) {
                try {
                    chain.add(converter.getCertificate(holder));
                } catch (CertificateException e) {
                    throw new IOException(file + " holds a malformed certificate: " + e.getMessage(), e);
                }
            }
        }
        if (chain.isEmpty()) {
            throw new IOException(file + " holds no certificate; expected PEM with -----BEGIN CERTIFICATE-----");
        }
        return chain;
    }

    private static PrivateKey readKey(Path file) throws IOException {
        for (Object entry : readPem(file)) {
            if (entry instanceof PKCS8EncryptedPrivateKeyInfo || entry instanceof PEMEncryptedKeyPair) {
                throw new IOException("the key in " + file + " is encrypted; decrypt it first, for example with"
                        + " \"openssl pkey -in " + file.getFileName() + " -out server.key\"");
            }
            PrivateKeyInfo info = null;
            if (entry instanceof PEMKeyPair pair) {
                info = pair.getPrivateKeyInfo();
            } else if (entry instanceof PrivateKeyInfo pkcs8) {
                info = pkcs8;
            }
            if (info != null) {
                PrivateKey key;
                try {
                    key = new JcaPEMKeyConverter().getPrivateKey(info);
                } catch (PEMException e) {
                    throw new IOException(
                            "the key in " + file + " is malformed or of an unknown kind; expected EC or RSA", e);
                }
                if (!key.getAlgorithm().equals("RSA") && !key.getAlgorithm().equals("EC")) {
                    throw new IOException(
                            "the key in " + file + " is of kind " + key.getAlgorithm() + "; expected EC or RSA");
                }
                return key;
            }
        }
        throw new IOException(file + " holds no private key; expected PEM with -----BEGIN PRIVATE KEY-----,"
                + " -----BEGIN EC PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----");
    }

    private static List<Object> readPem(Path file) throws IOException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new IOException(file + (Files.exists(file) ? " cannot be read" : " does not exist")
                    + "; expected a PEM file that this user can read");
        }
        if (Files.size(file) > PEM_LIMIT_BYTES) {
            throw new IOException(file + " is larger than " + PEM_LIMIT_BYTES + " bytes; expected a PEM file");
        }
        List<Object> entries = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
                PEMParser parser = new PEMParser(reader)) {
            for (Object entry = parser.readObject(); entry != null; entry = parser.readObject()) {
                entries.add(entry);
            }
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle reports bad base64 by various unchecked exceptions. Its own text may quote the
            // file, and the file may be a key.
            throw new IOException(file + " is no well-formed PEM file; copy it again, with its BEGIN and END lines");
        }
        return entries;
    }

    private static void checkValidity(Path file, X509Certificate leaf) throws IOException {
        try {
            leaf.checkValidity();
        } catch (CertificateNotYetValidException e) {
            throw new IOException("the certificate in " + file + " is not valid before "
                    + leaf.getNotBefore().toInstant() + "; check the clock of this machine");
        } catch (CertificateException e) {
            throw new IOException("the certificate in " + file + " expired at "
                    + leaf.getNotAfter().toInstant() + "; renew it");
        }
    }

    private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) {
        if (!privateKey.getAlgorithm().equals(publicKey.getAlgorithm())) {
            return false;
        }
        try {
            Signature signature =
                    Signature.getInstance(privateKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
            byte[] probe = new byte[32];
            new SecureRandom().nextBytes(probe);
            signature.initSign(privateKey);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException different) {
            return false;
        }
    }
}
