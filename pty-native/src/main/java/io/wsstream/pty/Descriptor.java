package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.pty.internal.posix.Descriptors;
import io.wsstream.pty.internal.posix.Errno;
import io.wsstream.pty.internal.posix.Layout;
import io.wsstream.pty.internal.posix.SystemCallException;
import io.wsstream.pty.internal.posix.Terminals;
import org.jspecify.annotations.Nullable;

/**
 * One open descriptor of ours.
 *
 * <p><b>Threads:</b> only the loop thread reads and closes; any thread writes. The lock keeps a write from meeting a
 * number that was closed and given to somebody else. The calls under it do not block: the descriptor is non-blocking.
 */
final class Descriptor {
    /** One of the constants of {@link EventLoop}: what an event of it is about. */
    final int kind;
    /** For the loop thread, which knows when it is closed. */
    final int number;
    /** What epoll watches it for; 0 when it is not in there. Owner: loop thread. */
    int interest;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean open = true;

    Descriptor(int number, int kind) {
        this.number = number;
        this.kind = kind;
    }

    /** {@return as {@link Descriptors#write}; {@code -EBADF} when closed} */
    int write(long address, int count) {
        synchronized (lock) {
            return open ? Descriptors.write(number, address, count) : -Errno.EBADF;
        }
    }

    void setSize(int columns, int rows, Layout layout) {
        synchronized (lock) {
            if (!open) {
                return;
            }
            try {
                Terminals.setSize(number, columns, rows, layout);
            } catch (SystemCallException e) {
                // A master takes any size; there is nobody to tell if some kernel does not.
            }
        }
    }

    /** {@return how the terminal would take input now, or null when that cannot be told} */
    Terminals.@Nullable InputMode inputMode(Layout layout) {
        synchronized (lock) {
            if (!open) {
                return null;
            }
            try {
                return Terminals.inputMode(number, layout);
            } catch (SystemCallException e) {
                return null;
            }
        }
    }

    void close() {
        synchronized (lock) {
            if (open) {
                open = false;
                Descriptors.close(number);
            }
        }
    }
}
