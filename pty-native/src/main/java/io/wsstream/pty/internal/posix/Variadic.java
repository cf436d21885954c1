package io.wsstream.pty.internal.posix;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/** The variadic functions, bound by interface: slower, and never used per read or write. */
interface Variadic extends Library {
    int ioctl(int fd, NativeLong request, Object... arguments);

    int fcntl(int fd, int command, Object... arguments);

    NativeLong syscall(NativeLong number, Object... arguments);

    /** Loads on first use. */
    final class Holder {
        static final Variadic INSTANCE = Native.load(Variadic.class);

        private Holder() {}
    }

    static Variadic get() {
        return Holder.INSTANCE;
    }
}
