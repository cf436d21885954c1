package io.wsstream.pty.internal.posix;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * Functions of the C library, bound by JNA's direct mapping (about 0.3 us a call).
 *
 * <p>Addresses travel as {@code long}, so that a call allocates nothing. Direct mapping knows no varargs: those are in
 * {@link Variadic}. A symbol that is missing fails its whole class: the optional ones have classes of their own.
 */
@SuppressWarnings("MemberName") // the names are C's
final class LibC {
    static {
        Native.register(LibC.class, NativeLibrary.getProcess());
    }

    private LibC() {}

    static void ensureLinked() {
        // The static initialiser has done it.
    }

    static int errno() {
        return Native.getLastError();
    }

    static native long read(int fd, long address, long count);

    static native long write(int fd, long address, long count);

    static native int close(int fd);

    static native int pipe2(long twoFds, int flags);

    static native int access(byte[] path, int mode);

    static native int posix_openpt(int flags);

    static native int grantpt(int fd);

    static native int unlockpt(int fd);

    static native int ptsname_r(int fd, long buffer, long bytes);

    static native int tcgetattr(int fd, long termios);

    static native int tcsetattr(int fd, int when, long termios);

    static native int posix_spawn(long pid, long path, long fileActions, long attributes, long argv, long envp);

    static native int posix_spawnattr_init(long attributes);

    static native int posix_spawnattr_setflags(long attributes, short flags);

    static native int posix_spawnattr_setsigmask(long attributes, long set);

    static native int posix_spawnattr_setsigdefault(long attributes, long set);

    static native int posix_spawn_file_actions_init(long fileActions);

    static native int posix_spawn_file_actions_destroy(long fileActions);

    static native int posix_spawn_file_actions_addopen(long fileActions, int fd, long path, int flags, int mode);

    static native int posix_spawn_file_actions_adddup2(long fileActions, int fd, int newFd);

    static native int posix_spawn_file_actions_addclose(long fileActions, int fd);

    static native int waitpid(int pid, long status, int options);

    static native int waitid(int idType, int id, long siginfo, int options);

    static native int kill(int pid, int signal);

    static native int epoll_create1(int flags);

    static native int epoll_ctl(int epollFd, int operation, int fd, long event);

    static native int epoll_wait(int epollFd, long events, int maxEvents, int timeoutMillis);

    static native int eventfd(int initial, int flags);
}
