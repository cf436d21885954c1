package io.wsstream.pty.internal.posix;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Calls on file descriptors. Those of the hot path return {@code -errno} instead of throwing. */
public final class Descriptors {
    private Descriptors() {}

    /** {@return bytes read, 0 at the end, or {@code -errno}; repeats when interrupted} */
    public static int read(int fd, long address, int count) {
        while (true) {
            long n = LibC.read(fd, address, count);
            if (n >= 0) {
                return (int) n;
            }
            int errno = LibC.errno();
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    /** {@return bytes written, or {@code -errno}; repeats when interrupted} */
    public static int write(int fd, long address, int count) {
        while (true) {
            long n = LibC.write(fd, address, count);
            if (n >= 0) {
                return (int) n;
            }
            int errno = LibC.errno();
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    /** Closes once: on Linux the number is free even when close reports an error, so there is nothing to repeat. */
    public static void close(int fd) {
        var unused = LibC.close(fd);
    }

    /** {@return a pipe as {read end, write end}, both close-on-exec and blocking, both numbered 3 or more} */
    public static int[] pipe() throws SystemCallException {
        int[] ends = new int[2];
        try (Memory two = new Memory(8)) {
            if (LibC.pipe2(Pointer.nativeValue(two), Layout.O_CLOEXEC) != 0) {
                throw new SystemCallException("pipe2", LibC.errno());
            }
            ends[0] = two.getInt(0);
            ends[1] = two.getInt(4);
        }
        for (int i = 0; i < 2; i++) {
            if (ends[i] > 2) {
                continue;
            }
            // A JVM whose own 0..2 are closed gets them here; the child's redirections would overwrite one another.
            int lifted = Variadic.get().fcntl(ends[i], Layout.F_DUPFD_CLOEXEC, 3);
            int errno = LibC.errno();
            close(ends[i]);
            if (lifted < 0) {
                close(ends[1 - i]);
                throw new SystemCallException("fcntl", errno);
            }
            ends[i] = lifted;
        }
        return ends;
    }

    /** Our end only: the flag belongs to the open file, and a child must not find its stdio non-blocking. */
    public static void setNonBlocking(int fd) throws SystemCallException {
        int flags = Variadic.get().fcntl(fd, Layout.F_GETFL);
        if (flags < 0 || Variadic.get().fcntl(fd, Layout.F_SETFL, flags | Layout.O_NONBLOCK) < 0) {
            throw new SystemCallException("fcntl", LibC.errno());
        }
    }

    /** {@return 0 if {@code path} may be used so, or the errno; {@code mode} is {@code F_OK} or {@code X_OK}} */
    public static int access(byte[] path, int mode) {
        return LibC.access(Arrays.copyOf(path, path.length + 1), mode) == 0 ? 0 : LibC.errno();
    }

    /** As {@link #access(byte[], int)} of a path in UTF-8. */
    public static int access(String path, int mode) {
        return access(path.getBytes(StandardCharsets.UTF_8), mode);
    }
}
