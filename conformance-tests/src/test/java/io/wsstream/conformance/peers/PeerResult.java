package io.wsstream.conformance.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

/** How one run of a peer ended, with all that it printed. Immutable, if the arrays are left alone. */
public final class PeerResult {
    private static final int SHOWN_BYTES = 2000;

    private final int exitCode;
    private final byte[] stdout;
    private final byte[] stderr;

    PeerResult(int exitCode, byte[] stdout, byte[] stderr) {
        this.exitCode = exitCode;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    /** The exit code; 128 + n after signal n. */
    public int exitCode() {
        return exitCode;
    }

    /** Standard output, byte for byte; not a copy. */
    public byte[] stdout() {
        return stdout;
    }

    /** Standard error, byte for byte; not a copy. */
    public byte[] stderr() {
        return stderr;
    }

    /** Standard output as UTF-8. */
    public String out() {
        return new String(stdout, UTF_8);
    }

    /** Standard error as UTF-8. */
    public String err() {
        return new String(stderr, UTF_8);
    }

    /** Everything on one line, the outputs shortened: for the message of a failed assertion. */
    @Override
    public String toString() {
        return "exit " + exitCode + ", stdout " + head(stdout) + ", stderr " + head(stderr);
    }

    private static String head(byte[] bytes) {
        String text = "'" + new String(bytes, 0, Math.min(bytes.length, SHOWN_BYTES), UTF_8) + "'";
        return bytes.length <= SHOWN_BYTES ? text : text + "... (" + bytes.length + " bytes)";
    }
}
