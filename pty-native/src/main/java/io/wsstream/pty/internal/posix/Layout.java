package io.wsstream.pty.internal.posix;

import org.jspecify.annotations.Nullable;

/**
 * Sizes and offsets of the C structures we touch, per architecture of glibc on Linux.
 *
 * <p>A test compiles a C program against the headers of the machine and compares. {@code posix_spawn} types are opaque:
 * only their size matters.
 *
 * @param name as {@code uname -m} says it
 * @param epollEventBytes {@code struct epoll_event}: packed on x86_64 only
 * @param epollDataOffset of {@code data} in it
 * @param spawnAttributesBytes {@code posix_spawnattr_t}
 * @param fileActionsBytes {@code posix_spawn_file_actions_t}
 * @param signalSetBytes {@code sigset_t}
 * @param termiosBytes {@code struct termios}
 * @param termiosLocalFlagsOffset of {@code c_lflag}; {@code c_iflag} is at 0
 * @param termiosControlCharsOffset of {@code c_cc}
 * @param winsizeBytes {@code struct winsize}: rows, columns, two unused; 16 bits each
 */
public record Layout(
        String name,
        int epollEventBytes,
        int epollDataOffset,
        int spawnAttributesBytes,
        int fileActionsBytes,
        int signalSetBytes,
        int termiosBytes,
        int termiosLocalFlagsOffset,
        int termiosControlCharsOffset,
        int winsizeBytes) {

    public static final Layout X86_64 = new Layout("x86_64", 12, 4, 336, 80, 128, 60, 12, 17, 8);
    public static final Layout AARCH64 = new Layout("aarch64", 16, 8, 336, 80, 128, 60, 12, 17, 8);

    // Numbers that are the same on both.
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_NOCTTY = 0x100;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;
    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int TIOCSWINSZ = 0x5414;
    public static final int IUTF8 = 0x4000;
    public static final int ICRNL = 0x100;
    public static final int ICANON = 2;
    public static final int VEOF = 4;
    public static final int TCSANOW = 0;
    public static final int POSIX_SPAWN_SETSIGDEF = 4;
    public static final int POSIX_SPAWN_SETSIGMASK = 8;
    public static final int POSIX_SPAWN_SETSID = 0x80;
    public static final int WNOHANG = 1;
    public static final int WEXITED = 4;
    public static final int WNOWAIT = 0x01000000;
    public static final int P_PID = 1;
    public static final int X_OK = 1;
    public static final int F_OK = 0;
    public static final int SYS_PIDFD_SEND_SIGNAL = 424;
    public static final int SYS_PIDFD_OPEN = 434;
    public static final int EPOLL_CLOEXEC = O_CLOEXEC;
    public static final int EFD_CLOEXEC = O_CLOEXEC;
    public static final int EFD_NONBLOCK = O_NONBLOCK;

    /** {@return the table for a value of the {@code os.arch} property, or null if there is none} */
    public static @Nullable Layout forArchitecture(String osArch) {
        return switch (osArch) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            default -> null;
        };
    }
}
