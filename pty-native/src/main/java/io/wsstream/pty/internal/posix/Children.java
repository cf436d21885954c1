package io.wsstream.pty.internal.posix;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** Waiting for children and signalling them; always one by number, so that nobody else's child is taken. */
public final class Children {
    /** What {@link #reap} says while the child runs. */
    public static final int STILL_RUNNING = -1;
    /** What {@link #reap} says when somebody else has reaped the child, or SIGCHLD is ignored in this process. */
    public static final int NOT_OURS = -2;

    private Children() {}

    /** {@return the wait status of a dead child, which is gone then; or one of the two constants; never blocks} */
    public static int reap(int pid) {
        try (Memory status = new Memory(4)) {
            while (true) {
                int result = LibC.waitpid(pid, Pointer.nativeValue(status), Layout.WNOHANG);
                if (result == pid) {
                    return status.getInt(0) & 0xFFFF;
                }
                if (result == 0) {
                    return STILL_RUNNING;
                }
                if (LibC.errno() != Errno.EINTR) {
                    return NOT_OURS;
                }
            }
        }
    }

    /** Blocks until the child is dead, and leaves it to be reaped. */
    public static void awaitEnd(int pid) {
        while (LibC.waitid(Layout.P_PID, pid, 0, Layout.WEXITED | Layout.WNOWAIT) != 0) {
            if (LibC.errno() != Errno.EINTR) {
                return;
            }
        }
    }

    /** {@return 0 or the errno} */
    public static int signalProcess(int pid, int signal) {
        return LibC.kill(pid, signal) == 0 ? 0 : LibC.errno();
    }

    /** {@return 0 or the errno} */
    public static int signalGroup(int groupId, int signal) {
        return LibC.kill(-groupId, signal) == 0 ? 0 : LibC.errno();
    }
}
