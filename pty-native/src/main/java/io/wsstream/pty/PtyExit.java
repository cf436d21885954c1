package io.wsstream.pty;

/**
 * How a process ended.
 *
 * <p>{@code exit 137} is {@code (137, 0)} and {@code kill -9} is {@code (137, 9)}. When somebody else reaped the child,
 * or this process ignores SIGCHLD, the kernel does not tell: that is {@code (255, 0)}.
 *
 * @param code what a shell would put in {@code $?}: 0 to 255, or 128 + signal
 * @param signal the signal that ended it, 0 if it exited by itself
 */
public record PtyExit(int code, int signal) {
    private static final int SIGNALLED = 128;

    /** {@return whether a signal ended it} */
    public boolean signalled() {
        return signal != 0;
    }

    static PtyExit ofWaitStatus(int status) {
        int signal = status & 0x7F;
        return signal == 0 ? new PtyExit((status >> 8) & 0xFF, 0) : new PtyExit(SIGNALLED + signal, signal);
    }
}
