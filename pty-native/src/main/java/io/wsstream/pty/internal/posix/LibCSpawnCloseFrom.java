package io.wsstream.pty.internal.posix;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** {@code posix_spawn_file_actions_addclosefrom_np}: glibc 2.34, and not in musl. */
@SuppressWarnings("MemberName")
final class LibCSpawnCloseFrom {
    static {
        Native.register(LibCSpawnCloseFrom.class, NativeLibrary.getProcess());
    }

    private LibCSpawnCloseFrom() {}

    static native int posix_spawn_file_actions_addclosefrom_np(long fileActions, int from);
}
