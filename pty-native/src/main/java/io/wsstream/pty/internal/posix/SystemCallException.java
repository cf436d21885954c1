package io.wsstream.pty.internal.posix;

/** A call of the C library that failed: which one, and its errno. */
public final class SystemCallException extends Exception {
    private static final long serialVersionUID = 1;

    private final String call;
    private final int errno;

    /** Names the call and the errno it left. */
    public SystemCallException(String call, int errno) {
        super(call + ": " + Errno.name(errno));
        this.call = call;
        this.errno = errno;
    }

    /** {@return the call, as its manual page is named} */
    public String call() {
        return call;
    }

    /** {@return the errno} */
    public int errno() {
        return errno;
    }
}
