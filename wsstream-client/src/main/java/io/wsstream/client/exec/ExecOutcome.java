package io.wsstream.client.exec;

import io.wsstream.core.ExecResult;
import java.nio.charset.StandardCharsets;

/**
 * How a command ended, and what it wrote. Immutable, if the arrays are left alone.
 *
 * <p>Equality is that of objects: outcomes are not compared.
 */
public final class ExecOutcome {
    private final ExecResult result;
    private final byte[] stdout;
    private final byte[] stderr;
    private final boolean truncated;

    ExecOutcome(ExecResult result, byte[] stdout, byte[] stderr, boolean truncated) {
        this.result = result;
        this.stdout = stdout;
        this.stderr = stderr;
        this.truncated = truncated;
    }

    /** {@return how it ended} */
    public ExecResult result() {
        return result;
    }

    /** {@return whether it ended with exit code 0} */
    public boolean isSuccess() {
        return result.isSuccess();
    }

    /** {@return what it wrote to stdout, up to the bound; not a copy} */
    public byte[] stdout() {
        return stdout;
    }

    /** {@return what it wrote to stderr, up to the bound; not a copy} */
    public byte[] stderr() {
        return stderr;
    }

    /** {@return stdout as UTF-8} */
    public String out() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    /** {@return stderr as UTF-8} */
    public String err() {
        return new String(stderr, StandardCharsets.UTF_8);
    }

    /** {@return whether either output was longer than {@link ExecRequest#maxCapture} and lost its end} */
    public boolean isTruncated() {
        return truncated;
    }

    /** {@return the result and the sizes, not the contents} */
    @Override
    public String toString() {
        return result.describe() + "; " + stdout.length + " bytes of stdout, " + stderr.length + " of stderr"
                + (truncated ? ", truncated" : "");
    }
}
