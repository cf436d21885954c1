package io.wsstream.bench;

import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate for 127.0.0.1 with an EC P-256 key, in files that all servers under test take, so that a handshake costs
 * all of them the same.
 *
 * @param certificate in PEM; what clients trust, too
 * @param key in PEM, PKCS#8
 */
record SelfSigned(Path certificate, Path key) implements AutoCloseable {
    static SelfSigned create() throws IOException {
        Path folder = Files.createTempDirectory("wsstream-bench-");
        SelfSigned files = new SelfSigned(folder.resolve("tls.crt"), folder.resolve("tls.key"));
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            write(files.key, new JcaPKCS8Generator(pair.getPrivate(), null));
            write(files.certificate, sign(pair));
        } catch (GeneralSecurityException | OperatorCreationException impossible) {
            throw new IllegalStateException("cannot make an EC P-256 certificate with this JDK", impossible);
        }
        return files;
    }

    private static X509Certificate sign(KeyPair pair)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        X500Name name = new X500Name("CN=bench");
        Instant now = Instant.now();
        X509v3CertificateBuilder certificate = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.valueOf(now.toEpochMilli()),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofDays(1))),
                        name,
                        pair.getPublic())
                .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
        return new JcaX509CertificateConverter()
                .getCertificate(
                        certificate.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    }

    private static void write(Path file, Object what) throws IOException {
        try (Writer text = Files.newBufferedWriter(file);
                JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(what);
        }
    }

    /** {@return what a client trusts} */
    String pem() throws IOException {
        return Files.readString(certificate);
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(certificate);
            Files.deleteIfExists(key);
            Files.deleteIfExists(key.getParent());
        } catch (IOException kept) {
            System.err.println("warning: " + key.getParent() + " is left behind: " + kept.getMessage());
        }
    }
}
