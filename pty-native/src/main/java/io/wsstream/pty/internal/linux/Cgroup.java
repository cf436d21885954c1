package io.wsstream.pty.internal.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A cgroup v2 of one process and of all that it starts, whatever session that goes to.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> reads and writes small files of the kernel's.
 *
 * <p>Source: Linux, Documentation/admin-guide/cgroup-v2.rst, {@code cgroup.kill} (since 5.14) and {@code cgroup.events}.
 */
public final class Cgroup {
    private final Path folder;

    private Cgroup(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes one.
     *
     * @param parent a cgroup v2 in which we may make others
     * @param name of the new one
     * @return it, without a process
     * @throws IOException if the parent is none, or not ours to use, or the kernel has no {@code cgroup.kill}
     */
    public static Cgroup make(Path parent, String name) throws IOException {
        if (!Files.exists(parent.resolve("cgroup.procs"))) {
            throw new IOException(parent + " is no cgroup v2");
        }
        Cgroup made = new Cgroup(Files.createDirectory(parent.resolve(name)));
        if (!Files.exists(made.folder.resolve("cgroup.kill"))) {
            made.remove();
            throw new IOException("the kernel has no cgroup.kill; Linux 5.14 is needed");
        }
        return made;
    }

    /** {@return the file into which a process writes 0 to come in} */
    public Path procs() {
        return folder.resolve("cgroup.procs");
    }

    /** Kills all that live in it, at once and without a gap for one that forks. */
    public void kill() {
        try {
            Files.writeString(folder.resolve("cgroup.kill"), "1", StandardOpenOption.WRITE);
        } catch (IOException gone) {
            // Removed by somebody else, and then nobody lived in it.
        }
    }

    /** {@return whether somebody lives in it} */
    public boolean isPopulated() {
        try {
            return Files.readString(folder.resolve("cgroup.events"), StandardCharsets.US_ASCII)
                    .contains("populated 1");
        } catch (IOException gone) {
            return false;
        }
    }

    /** Removes it; while somebody lives in it, it stays. */
    public void remove() {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException busy) {
            // Somebody was left in it on purpose.
        }
    }
}
