package io.wsstream.conformance.peers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/** A file of 64 MiB that no compression and no repetition makes smaller, and digests to know it by. */
public record Bulk(Path file, String sha256) {
    /** How long the file is. */
    public static final int BYTES = 64 << 20;

    /** Writes it into a folder. */
    public static Bulk in(Path folder) throws IOException {
        byte[] bytes = new byte[BYTES];
        new Random(64).nextBytes(bytes);
        Path file = Files.write(folder.resolve("bulk"), bytes);
        try (InputStream in = Files.newInputStream(file)) {
            return new Bulk(file, sha256(in));
        }
    }

    /** The SHA-256 of what a stream yields to its end, in hex as {@code sha256sum} prints it. */
    public static String sha256(InputStream in) throws IOException {
        try (DigestInputStream digested = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            byte[] buffer = new byte[64 << 10];
            while (digested.read(buffer) >= 0) {
                // The digest is what this is for.
            }
            return HexFormat.of().formatHex(digested.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException neverSo) {
            throw new IllegalStateException(neverSo);
        }
    }
}
