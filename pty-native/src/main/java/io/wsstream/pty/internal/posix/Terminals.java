package io.wsstream.pty.internal.posix;

import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/** Calls on the master side of a pseudo-terminal. The slave is never opened here: a JVM that leads a session would adopt it. */
public final class Terminals {
    private static final int NAME_BYTES = 128;

    private Terminals() {}

    /** {@return a new master: close-on-exec, non-blocking, not our controlling terminal, its slave unlocked} */
    public static int openMaster() throws SystemCallException {
        int fd = LibC.posix_openpt(Layout.O_RDWR | Layout.O_NOCTTY | Layout.O_CLOEXEC | Layout.O_NONBLOCK);
        if (fd < 0) {
            throw new SystemCallException("posix_openpt", LibC.errno());
        }
        if (LibC.grantpt(fd) != 0) {
            int errno = LibC.errno();
            Descriptors.close(fd);
            throw new SystemCallException("grantpt", errno);
        }
        if (LibC.unlockpt(fd) != 0) {
            int errno = LibC.errno();
            Descriptors.close(fd);
            throw new SystemCallException("unlockpt", errno);
        }
        return fd;
    }

    /** {@return the path of the slave, {@code /dev/pts/7}} */
    public static String slaveName(int master) throws SystemCallException {
        try (Memory name = new Memory(NAME_BYTES)) {
            int errno = LibC.ptsname_r(master, Pointer.nativeValue(name), NAME_BYTES);
            if (errno != 0) {
                throw new SystemCallException("ptsname_r", errno);
            }
            return name.getString(0, "US-ASCII");
        }
    }

    /** Makes erase delete a character and not half of one: the kernel's default has IUTF8 off. */
    public static void setUtf8(int master, Layout layout) throws SystemCallException {
        try (Memory termios = new Memory(layout.termiosBytes())) {
            long address = Pointer.nativeValue(termios);
            if (LibC.tcgetattr(master, address) != 0) {
                throw new SystemCallException("tcgetattr", LibC.errno());
            }
            termios.setInt(0, termios.getInt(0) | Layout.IUTF8);
            if (LibC.tcsetattr(master, Layout.TCSANOW, address) != 0) {
                throw new SystemCallException("tcsetattr", LibC.errno());
            }
        }
    }

    /** Sets the size, 0 to 65535 each; the kernel sends SIGWINCH to the foreground group if it changed. */
    public static void setSize(int master, int columns, int rows, Layout layout) throws SystemCallException {
        try (Memory winsize = new Memory(layout.winsizeBytes())) {
            winsize.clear();
            winsize.setShort(0, (short) rows);
            winsize.setShort(2, (short) columns);
            if (Variadic.get().ioctl(master, new NativeLong(Layout.TIOCSWINSZ), winsize) != 0) {
                throw new SystemCallException("ioctl(TIOCSWINSZ)", LibC.errno());
            }
        }
    }

    /**
     * How a terminal would take typed input now.
     *
     * @param canonical whether it edits lines, so that VEOF means the end of input
     * @param carriageReturnEndsLine whether a typed CR becomes a newline
     * @param endOfFile the VEOF character, 0 when it is switched off
     */
    public record InputMode(boolean canonical, boolean carriageReturnEndsLine, byte endOfFile) {}

    /** {@return the input mode, read through the master} */
    public static InputMode inputMode(int master, Layout layout) throws SystemCallException {
        try (Memory termios = new Memory(layout.termiosBytes())) {
            if (LibC.tcgetattr(master, Pointer.nativeValue(termios)) != 0) {
                throw new SystemCallException("tcgetattr", LibC.errno());
            }
            return new InputMode(
                    (termios.getInt(layout.termiosLocalFlagsOffset()) & Layout.ICANON) != 0,
                    (termios.getInt(0) & Layout.ICRNL) != 0,
                    termios.getByte(layout.termiosControlCharsOffset() + Layout.VEOF));
        }
    }
}
