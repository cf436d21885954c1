package io.wsstream.pty.internal.posix;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** {@code posix_spawn_file_actions_addchdir_np}: glibc 2.29. */
@SuppressWarnings("MemberName")
final class LibCSpawnChdir {
    static {
        Native.register(LibCSpawnChdir.class, NativeLibrary.getProcess());
    }

    private LibCSpawnChdir() {}

    static native int posix_spawn_file_actions_addchdir_np(long fileActions, long path);
}
