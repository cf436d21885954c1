package io.wsstream.pty.internal.posix;

import com.sun.jna.NativeLong;

/** The Linux calls that {@code internal.linux} is built on; each returns a value or {@code -errno}. */
public final class Polling {
    private Polling() {}

    /** {@return an epoll descriptor} */
    public static int epollCreate() throws SystemCallException {
        int fd = LibC.epoll_create1(Layout.EPOLL_CLOEXEC);
        if (fd < 0) {
            throw new SystemCallException("epoll_create1", LibC.errno());
        }
        return fd;
    }

    /** {@return 0 or the errno} */
    public static int epollControl(int epollFd, int operation, int fd, long eventAddress) {
        return LibC.epoll_ctl(epollFd, operation, fd, eventAddress) == 0 ? 0 : LibC.errno();
    }

    /** {@return how many events came, 0 when interrupted or late} */
    public static int epollWait(int epollFd, long eventsAddress, int maxEvents, int timeoutMillis) {
        int n = LibC.epoll_wait(epollFd, eventsAddress, maxEvents, timeoutMillis);
        return Math.max(n, 0);
    }

    /** {@return an event counter: non-blocking, close-on-exec} */
    public static int eventFd() throws SystemCallException {
        int fd = LibC.eventfd(0, Layout.EFD_CLOEXEC | Layout.EFD_NONBLOCK);
        if (fd < 0) {
            throw new SystemCallException("eventfd", LibC.errno());
        }
        return fd;
    }

    /** {@return a descriptor that is readable when the process has ended, or {@code -errno}} */
    public static int pidfdOpen(int pid) {
        long fd = Variadic.get()
                .syscall(new NativeLong(Layout.SYS_PIDFD_OPEN), pid, 0)
                .longValue();
        return fd >= 0 ? (int) fd : -LibC.errno();
    }

    /** {@return 0 or the errno} */
    public static int pidfdSendSignal(int pidfd, int signal) {
        long result = Variadic.get()
                .syscall(new NativeLong(Layout.SYS_PIDFD_SEND_SIGNAL), pidfd, signal, 0L, 0)
                .longValue();
        return result == 0 ? 0 : LibC.errno();
    }
}
