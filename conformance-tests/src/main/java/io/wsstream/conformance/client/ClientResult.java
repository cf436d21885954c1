package io.wsstream.conformance.client;

/** How a run of a client ended. Immutable. */
public final class ClientResult {
    private final int exitCode;
    private final byte[] stdout;
    private final byte[] stderr;

    /**
     * A result.
     *
     * @param exitCode that of the remote command, or another one than 0 if it is not known or failed otherwise
     * @param stdout what the client wrote of the command's output
     * @param stderr the same of its error output, and what the client itself had to say
     */
    public ClientResult(int exitCode, byte[] stdout, byte[] stderr) {
        this.exitCode = exitCode;
        this.stdout = stdout.clone();
        this.stderr = stderr.clone();
    }

    int exitCode() {
        return exitCode;
    }

    byte[] stdout() {
        return stdout.clone();
    }

    byte[] stderr() {
        return stderr.clone();
    }
}
