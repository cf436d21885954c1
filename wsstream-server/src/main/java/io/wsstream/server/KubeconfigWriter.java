package io.wsstream.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Writes the kubeconfig with which stock kubectl, and every other Kubernetes client, reaches a server.
 *
 * <p>The file appears complete or not at all, readable by its owner only. A file that is not ours, that is, one that
 * does not begin with {@value #MARKER}, is never touched.
 *
 * <p><b>Threads:</b> one at a time. <b>Blocking:</b> on the file system.
 */
public final class KubeconfigWriter {
    /** The first line of every file that this class writes. */
    public static final String MARKER = "# written by wsstream; it will be overwritten";

    private static final String NO_TOKEN = "none";

    private final Path file;
    private byte @Nullable [] written;

    /**
     * A writer of one file; writes nothing yet.
     *
     * @param file where to write; its folder must exist
     */
    public KubeconfigWriter(Path file) {
        this.file = file.toAbsolutePath();
    }

    /** {@return the file's absolute path} */
    public Path file() {
        return file;
    }

    /**
     * Writes the file, or replaces the one an earlier server left. Its context is named {@code wsstream} and its
     * namespace {@code default}.
     *
     * @param server the server's URL, with its path prefix if it has one
     * @param caPem what to trust, as {@link TlsIdentity#caPem()} gives it, or null to leave it to the client's own store
     * @param token the bearer token, or null for a server without authentication; over TLS a word that means nothing takes
     *     its place, because kubectl would ask for a user name otherwise
     * @throws FileAlreadyExistsException if there is a file that is not ours
     * @throws IOException if it cannot be written
     */
    public void write(URI server, byte @Nullable [] caPem, @Nullable String token) throws IOException {
        refuseForeignFile();
        byte[] content = content(server, caPem, token).getBytes(StandardCharsets.UTF_8);
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new NoSuchFileException(
                    file.toString(),
                    null,
                    "its folder does not exist; make it, or name another file with --kubeconfig");
        }
        Path temporary = createPrivate(folder);
        try {
            Files.write(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        written = content;
    }

    /**
     * Removes the file if it still is exactly as this writer wrote it; otherwise somebody uses it, and it stays.
     *
     * @return whether it was removed
     * @throws IOException if it cannot be read or removed
     */
    public boolean delete() throws IOException {
        byte[] expected = written;
        if (expected == null || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (Files.size(file) != expected.length || !Arrays.equals(Files.readAllBytes(file), expected)) {
            return false;
        }
        return Files.deleteIfExists(file);
    }

    private void refuseForeignFile() throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !startsWithMarker()) {
            throw new FileAlreadyExistsException(
                    file.toString(),
                    null,
                    "was not written by wsstream and is left alone; remove it, or name another file with --kubeconfig");
        }
    }

    private boolean startsWithMarker() throws IOException {
        // Latin-1 decodes anything, so that a binary file is foreign and not an error.
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            char[] start = new char[MARKER.length() + 1];
            int length = 0;
            for (int n = 0; n >= 0 && length < start.length; n = reader.read(start, length, start.length - length)) {
                length += n;
            }
            return new String(start, 0, length).equals(MARKER + "\n");
        }
    }

    private static Path createPrivate(Path folder) throws IOException {
        String name = ".wsstream-kubeconfig-";
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return Files.createTempFile(
                    folder,
                    name,
                    ".tmp",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return Files.createTempFile(folder, name, ".tmp");
    }

    private static String content(URI server, byte @Nullable [] caPem, @Nullable String token) {
        StringBuilder yaml = new StringBuilder(MARKER).append('\n');
        yaml.append("apiVersion: v1\nkind: Config\nclusters:\n- name: wsstream\n  cluster:\n    server: ");
        yaml.append(quoted(server.toString())).append('\n');
        if (caPem != null) {
            yaml.append("    certificate-authority-data: ");
            yaml.append(Base64.getEncoder().encodeToString(caPem)).append('\n');
        }
        yaml.append("users:\n- name: wsstream\n  user:");
        String secret = token == null && "https".equals(server.getScheme()) ? NO_TOKEN : token;
        yaml.append(secret == null ? " {}\n" : "\n    token: " + quoted(secret) + "\n");
        yaml.append("contexts:\n- name: wsstream\n  context:\n    cluster: wsstream\n    user: wsstream\n");
        yaml.append("    namespace: default\ncurrent-context: wsstream\n");
        return yaml.toString();
    }

    /** As a double-quoted YAML scalar, which is read alike by every parser. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20 || c > 0x7e) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
