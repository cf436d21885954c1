package io.wsstream.pty.internal.posix;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Starts a program with {@code posix_spawn}: new session, default signal dispositions, empty signal mask, descriptors
 * 0 to 2 and no other.
 *
 * <p>The C library uses vfork semantics: the call returns when the program runs, or with the errno of whatever failed.
 * {@code setsid} comes before the file actions, so opening a terminal as descriptor 0 makes it the controlling one.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> until the child has called exec, about a millisecond.
 */
public final class Spawn {
    private static final int SIGKILL = 9;
    private static final int SIGSTOP = 19;
    private static final int FILE_ACTIONS_ROOM_BYTES = 512;
    private static final int CLOSE_SLACK = 64;

    /** Where one of the descriptors 0 to 2 of the child comes from. */
    public interface Source {
        /** Opens a file in the child. */
        static Source open(String path, int flags) {
            return (spawn, block, fd) ->
                    LibC.posix_spawn_file_actions_addopen(block.actions, fd, block.text(path), flags, 0);
        }

        /** Takes a descriptor over, ours or one of the child's that was set before. */
        static Source duplicate(int fd) {
            return (spawn, block, newFd) -> LibC.posix_spawn_file_actions_adddup2(block.actions, fd, newFd);
        }

        /** Adds the file action; returns an errno or 0. Called by {@link Spawn} only. */
        int addTo(Spawn spawn, Block block, int fd);
    }

    /**
     * What to run.
     *
     * @param path of the program; never looked up
     * @param arguments argv, the first included
     * @param environment as {@code NAME=value}
     * @param directory to change to, or null to stay in ours
     * @param sources of descriptors 0, 1, 2
     */
    public record Request(
            String path,
            List<String> arguments,
            List<String> environment,
            @Nullable String directory,
            List<Source> sources) {}

    private final Layout layout;
    private final boolean hasChdir;
    private final boolean hasCloseFrom;
    /** Written once, then only read by posix_spawn. Lives as long as this object. */
    private final Memory attributes;

    /** Allows {@code addchdir_np} and {@code addclosefrom_np} to be left unused even where the C library has them. */
    public Spawn(Layout layout, boolean allowChdir, boolean allowCloseFrom) {
        this.layout = layout;
        this.hasChdir = allowChdir && symbolExists("posix_spawn_file_actions_addchdir_np");
        this.hasCloseFrom = allowCloseFrom && symbolExists("posix_spawn_file_actions_addclosefrom_np");
        this.attributes = attributes(layout);
    }

    /** {@return the process number of the child, which runs the program already} */
    public int spawn(Request request) throws SystemCallException {
        Request r = request.directory() != null && !hasChdir ? throughShell(request) : request;
        try (Block block = new Block(layout, r)) {
            check("posix_spawn_file_actions_init", LibC.posix_spawn_file_actions_init(block.actions));
            try {
                addActions(r, block);
                check(
                        "posix_spawn",
                        LibC.posix_spawn(
                                block.pid,
                                block.path,
                                block.actions,
                                Pointer.nativeValue(attributes),
                                block.argv,
                                block.envp));
                return block.memory.getInt(0);
            } finally {
                var unused = LibC.posix_spawn_file_actions_destroy(block.actions);
            }
        }
    }

    private void addActions(Request request, Block block) throws SystemCallException {
        for (int fd = 0; fd < request.sources().size(); fd++) {
            check("posix_spawn_file_actions", request.sources().get(fd).addTo(this, block, fd));
        }
        if (hasCloseFrom) {
            check(
                    "posix_spawn_file_actions_addclosefrom_np",
                    LibCSpawnCloseFrom.posix_spawn_file_actions_addclosefrom_np(block.actions, 3));
        } else {
            // Closing a number that is not open is no error. Never close_range(CLOEXEC) in the parent instead: that
            // breaks a ProcessBuilder that runs beside us.
            int last = highestDescriptor() + CLOSE_SLACK;
            for (int fd = 3; fd <= last; fd++) {
                check("posix_spawn_file_actions_addclose", LibC.posix_spawn_file_actions_addclose(block.actions, fd));
            }
        }
        if (request.directory() != null) {
            check(
                    "posix_spawn_file_actions_addchdir_np",
                    LibCSpawnChdir.posix_spawn_file_actions_addchdir_np(
                            block.actions, block.text(request.directory())));
        }
    }

    /** Without addchdir_np a shell changes the directory; the errno of exec is lost then. */
    private static Request throughShell(Request request) {
        List<String> arguments = new ArrayList<>();
        arguments.add("sh");
        arguments.add("-c");
        arguments.add("cd \"$1\" && shift && exec \"$@\"");
        arguments.add("sh");
        arguments.add(String.valueOf(request.directory()));
        arguments.add(request.path());
        arguments.addAll(request.arguments().subList(1, request.arguments().size()));
        return new Request("/bin/sh", arguments, request.environment(), null, request.sources());
    }

    private static int highestDescriptor() {
        String[] names = new File("/proc/self/fd").list();
        int highest = names == null ? 1024 : 2;
        if (names != null) {
            for (String name : names) {
                highest = Math.max(highest, Integer.parseInt(name));
            }
        }
        return highest;
    }

    private static Memory attributes(Layout layout) {
        Memory memory = new Memory(layout.spawnAttributesBytes());
        memory.clear();
        long address = Pointer.nativeValue(memory);
        try (Memory set = new Memory(layout.signalSetBytes())) {
            long setAddress = Pointer.nativeValue(set);
            set.clear();
            var unused = LibC.posix_spawnattr_init(address);
            // Java threads block SIGQUIT; a child that inherits the mask cannot be stopped with Ctrl-\.
            unused = LibC.posix_spawnattr_setsigmask(address, setAddress);
            // All but KILL, STOP and the two that glibc keeps for itself.
            long all = ~(bit(SIGKILL) | bit(SIGSTOP) | bit(32) | bit(33));
            set.setLong(0, all);
            unused = LibC.posix_spawnattr_setsigdefault(address, setAddress);
            unused = LibC.posix_spawnattr_setflags(address, (short)
                    (Layout.POSIX_SPAWN_SETSID | Layout.POSIX_SPAWN_SETSIGDEF | Layout.POSIX_SPAWN_SETSIGMASK));
        }
        return memory;
    }

    private static boolean symbolExists(String name) {
        try {
            return NativeLibrary.getProcess().getFunction(name) != null;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    private static long bit(int signal) {
        return 1L << (signal - 1);
    }

    private static void check(String call, int errno) throws SystemCallException {
        if (errno != 0) {
            throw new SystemCallException(call, errno);
        }
    }

    /** Everything one spawn needs in C memory: one allocation, since JNA's cleaner is one global lock. */
    static final class Block implements AutoCloseable {
        final Memory memory;
        final long pid;
        final long actions;
        final long path;
        final long argv;
        final long envp;
        private final List<Memory> texts = new ArrayList<>();

        Block(Layout layout, Request request) {
            List<byte[]> arguments = encoded(request.arguments());
            List<byte[]> environment = encoded(request.environment());
            byte[] pathBytes = request.path().getBytes(StandardCharsets.UTF_8);
            int actionsBytes = Math.max(FILE_ACTIONS_ROOM_BYTES, layout.fileActionsBytes());
            long pointers = 8L + actionsBytes;
            long strings = pointers + 8L * (arguments.size() + 1 + environment.size() + 1);
            memory = new Memory(strings + bytes(arguments) + bytes(environment) + pathBytes.length + 1);
            memory.clear(strings);
            long base = Pointer.nativeValue(memory);
            pid = base;
            actions = base + 8;
            argv = base + pointers;
            envp = argv + 8L * (arguments.size() + 1);

            long at = strings;
            path = base + at;
            at = put(pathBytes, at);
            at = putAll(arguments, argv - base, at);
            var unused = putAll(environment, envp - base, at);
        }

        /** {@return the address of a string that lives until {@link #close()}} */
        long text(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            Memory text = new Memory(bytes.length + 1L);
            text.write(0, bytes, 0, bytes.length);
            text.setByte(bytes.length, (byte) 0);
            texts.add(text);
            return Pointer.nativeValue(text);
        }

        @Override
        public void close() {
            texts.forEach(Memory::close);
            memory.close();
        }

        private long putAll(List<byte[]> values, long pointersAt, long at) {
            long base = Pointer.nativeValue(memory);
            for (int i = 0; i < values.size(); i++) {
                memory.setLong(pointersAt + 8L * i, base + at);
                at = put(values.get(i), at);
            }
            return at;
        }

        private long put(byte[] value, long at) {
            memory.write(at, value, 0, value.length);
            memory.setByte(at + value.length, (byte) 0);
            return at + value.length + 1;
        }

        private static List<byte[]> encoded(List<String> values) {
            List<byte[]> encoded = new ArrayList<>(values.size());
            for (String value : values) {
                encoded.add(value.getBytes(StandardCharsets.UTF_8));
            }
            return encoded;
        }

        private static long bytes(List<byte[]> values) {
            long bytes = 0;
            for (byte[] value : values) {
                bytes += value.length + 1L;
            }
            return bytes;
        }
    }
}
