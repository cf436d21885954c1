package io.wsstream.pty;

import io.wsstream.pty.internal.linux.Cgroup;
import io.wsstream.pty.internal.posix.Descriptors;
import io.wsstream.pty.internal.posix.Errno;
import io.wsstream.pty.internal.posix.Layout;
import io.wsstream.pty.internal.posix.Polling;
import io.wsstream.pty.internal.posix.Spawn;
import io.wsstream.pty.internal.posix.SystemCallException;
import io.wsstream.pty.internal.posix.Terminals;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Starts what a {@link PtySpec} says: checks it, opens terminal or pipes, spawns, and puts failures into words.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> about a millisecond. Nothing stays open when it fails.
 */
final class Launcher {
    /** Comes into the cgroup before the program is there, so that nothing it starts can stay outside. */
    private static final String ENTER = "echo 0 >\"$0\" && exec \"$@\"";

    private static final AtomicLong CGROUPS = new AtomicLong();
    private static final String DEFAULT_PATH = "/bin:/usr/bin";
    private static final String SHELL = "/bin/sh";
    private static final String NULL_DEVICE = "/dev/null";

    private final Layout layout;
    private final Spawn spawn;
    private final boolean allowPidfd;

    Launcher(Layout layout, Features features) {
        this.layout = layout;
        this.spawn = new Spawn(layout, features.chdir(), features.closeFrom());
        this.allowPidfd = features.pidfd();
    }

    /** What may be used where the system has it; all but in tests of the ways around. */
    record Features(boolean pidfd, boolean closeFrom, boolean chdir) {
        static final Features ALL = new Features(true, true, true);
    }

    /** A process that runs, with our ends of its descriptors. On a terminal input and output are one descriptor. */
    record Started(
            int pid,
            @Nullable Descriptor input,
            List<Output> outputs,
            @Nullable Descriptor pidfd,
            @Nullable Cgroup cgroup) {}

    Started launch(PtySpec spec) throws PtyException {
        checkTexts(spec);
        checkDirectory(spec);
        String path = findProgram(spec);
        PtySpec.Terminal terminal = spec.terminal();
        Cgroup cgroup = cgroup(spec, path);
        boolean isStarted = false;
        try (Opened opened = new Opened()) {
            Started started = terminal != null
                    ? onTerminal(spec, path, cgroup, terminal, opened)
                    : onPipes(spec, path, cgroup, opened);
            opened.keep();
            isStarted = true;
            return started;
        } catch (SystemCallException e) {
            throw explain(spec, path, e);
        } finally {
            if (cgroup != null && !isStarted) {
                cgroup.remove();
            }
        }
    }

    private static @Nullable Cgroup cgroup(PtySpec spec, String path) throws PtyException {
        Path parent = spec.cgroup();
        if (parent == null) {
            return null;
        }
        String seen = fromHere(spec, path);
        int errno = isDirectory(seen) ? Errno.EACCES : Descriptors.access(seen, Layout.X_OK);
        if (errno != 0) { // or the shell would find out, when the process has started
            throw explain(spec, path, new SystemCallException("posix_spawn", errno));
        }
        String name = "wsstream-" + ProcessHandle.current().pid() + "-" + CGROUPS.incrementAndGet();
        try {
            return Cgroup.make(parent.toAbsolutePath(), name);
        } catch (IOException refused) {
            PtyException result = new PtyException(
                    PtyException.Kind.RESOURCE,
                    "",
                    0,
                    cannotRun(spec) + "no cgroup below " + PtyException.quoted(parent.toString()) + ": "
                            + PtyException.quoted(String.valueOf(refused.getMessage())));
            result.initCause(refused);
            throw result;
        }
    }

    private Started onTerminal(
            PtySpec spec, String path, @Nullable Cgroup cgroup, PtySpec.Terminal terminal, Opened opened)
            throws SystemCallException {
        int master = opened.ours(Terminals.openMaster());
        String slave = Terminals.slaveName(master);
        // Before the program runs: what it asks first is the size.
        Terminals.setUtf8(master, layout);
        Terminals.setSize(master, terminal.columns(), terminal.rows(), layout);
        int pid = spawn(
                spec,
                path,
                cgroup,
                List.of(Spawn.Source.open(slave, Layout.O_RDWR), Spawn.Source.duplicate(0), Spawn.Source.duplicate(0)));
        Descriptor descriptor = new Descriptor(master, EventLoop.STDOUT);
        return new Started(pid, descriptor, List.of(new Output(PtyStream.STDOUT, descriptor)), pidfd(pid), cgroup);
    }

    private Started onPipes(PtySpec spec, String path, @Nullable Cgroup cgroup, Opened opened)
            throws SystemCallException {
        List<Spawn.Source> sources = new ArrayList<>();
        List<Output> outputs = new ArrayList<>();
        Descriptor input = null;
        if (spec.stdin()) {
            int[] pipe = Descriptors.pipe();
            opened.theirs(pipe[0]);
            input = new Descriptor(opened.ours(pipe[1]), EventLoop.STDIN);
            Descriptors.setNonBlocking(pipe[1]);
            sources.add(Spawn.Source.duplicate(pipe[0]));
        } else {
            sources.add(Spawn.Source.open(NULL_DEVICE, 0));
        }
        for (PtyStream stream : PtyStream.values()) {
            if (stream == PtyStream.STDOUT ? spec.stdout() : spec.stderr()) {
                int[] pipe = Descriptors.pipe();
                opened.theirs(pipe[1]);
                int kind = stream == PtyStream.STDOUT ? EventLoop.STDOUT : EventLoop.STDERR;
                outputs.add(new Output(stream, new Descriptor(opened.ours(pipe[0]), kind)));
                Descriptors.setNonBlocking(pipe[0]);
                sources.add(Spawn.Source.duplicate(pipe[1]));
            } else {
                sources.add(Spawn.Source.open(NULL_DEVICE, Layout.O_WRONLY));
            }
        }
        int pid = spawn(spec, path, cgroup, sources);
        return new Started(pid, input, List.copyOf(outputs), pidfd(pid), cgroup);
    }

    private int spawn(PtySpec spec, String path, @Nullable Cgroup cgroup, List<Spawn.Source> sources)
            throws SystemCallException {
        List<String> environment = new ArrayList<>();
        spec.environment().forEach((name, value) -> environment.add(name + "=" + value));
        Path directory = spec.directory();
        List<String> arguments = spec.argv();
        String program = path;
        if (cgroup != null) {
            program = SHELL;
            List<String> entering =
                    new ArrayList<>(List.of("sh", "-c", ENTER, cgroup.procs().toString(), path));
            entering.addAll(arguments.subList(1, arguments.size()));
            arguments = entering;
        }
        return spawn.spawn(new Spawn.Request(
                program, arguments, environment, directory == null ? null : directory.toString(), sources));
    }

    /** {@return null where the kernel or a sandbox refuses, or descriptors ran out: a thread waits instead} */
    private @Nullable Descriptor pidfd(int pid) {
        int fd = allowPidfd ? Polling.pidfdOpen(pid) : -Errno.ENOSYS;
        return fd >= 0 ? new Descriptor(fd, EventLoop.EXIT) : null;
    }

    // ---- checks

    private static void checkTexts(PtySpec spec) throws PtyException {
        for (String argument : spec.argv()) {
            if (argument.indexOf('\0') >= 0) {
                throw invalid(spec, "the argument " + PtyException.quoted(argument) + " holds a NUL");
            }
        }
        for (Map.Entry<String, String> entry : spec.environment().entrySet()) {
            String name = entry.getKey();
            if (name.isEmpty() || name.indexOf('\0') >= 0 || name.indexOf('=') >= 0) {
                throw invalid(
                        spec, "the environment name " + PtyException.quoted(name) + " is empty or holds = or NUL");
            }
            if (entry.getValue().indexOf('\0') >= 0) {
                throw invalid(spec, "the value of " + PtyException.quoted(name) + " holds a NUL");
            }
        }
    }

    private static PtyException invalid(PtySpec spec, String why) {
        return new PtyException(PtyException.Kind.OTHER, "execve", Errno.EINVAL, cannotRun(spec) + why);
    }

    private static void checkDirectory(PtySpec spec) throws PtyException {
        Path directory = spec.directory();
        if (directory == null) {
            return;
        }
        // posix_spawn would say ENOENT, as for a missing program.
        int errno = Descriptors.access(directory + "/.", Layout.X_OK);
        if (errno != 0) {
            throw new PtyException(
                    PtyException.Kind.BAD_DIRECTORY,
                    "chdir",
                    errno,
                    cannotRun(spec) + "working directory " + PtyException.quoted(directory.toString()) + ": "
                            + (errno == Errno.ENOTDIR ? "is not a directory" : PtyException.reason(errno)));
        }
    }

    /** {@return what to give to exec; looked up here, since the C library would search our PATH and run {@code ./name}} */
    private static String findProgram(PtySpec spec) throws PtyException {
        String name = spec.argv().get(0);
        if (name.indexOf('/') >= 0) {
            return name;
        }
        String search = spec.environment().getOrDefault("PATH", DEFAULT_PATH);
        boolean found = false;
        if (!name.isEmpty()) {
            for (String folder : search.split(":", -1)) {
                if (folder.isEmpty()) {
                    continue; // POSIX: the working folder; whoever wants that writes a dot
                }
                String candidate = folder + "/" + name;
                String seen = fromHere(spec, candidate);
                if (Descriptors.access(seen, Layout.F_OK) == 0 && !isDirectory(seen)) {
                    if (Descriptors.access(seen, Layout.X_OK) == 0) {
                        return candidate;
                    }
                    found = true;
                }
            }
        }
        String where = " in PATH " + PtyException.quoted(search);
        throw found
                ? new PtyException(
                        PtyException.Kind.NOT_EXECUTABLE,
                        "execve",
                        Errno.EACCES,
                        cannotRun(spec) + "permission denied" + where)
                : new PtyException(
                        PtyException.Kind.NOT_FOUND,
                        "execve",
                        Errno.ENOENT,
                        cannotRun(spec) + "no such program" + where);
    }

    /** {@return a path as the child will see it, from where we are} */
    private static String fromHere(PtySpec spec, String path) {
        Path directory = spec.directory();
        return path.startsWith("/") || directory == null ? path : directory + "/" + path;
    }

    private static boolean isDirectory(String path) {
        return Descriptors.access(path + "/.", Layout.F_OK) == 0;
    }

    // ---- words

    private static String cannotRun(PtySpec spec) {
        return "cannot run " + PtyException.quoted(spec.argv().get(0)) + ": ";
    }

    private static PtyException explain(PtySpec spec, String path, SystemCallException e) {
        if (!e.call().equals("posix_spawn")) {
            return PtyException.of(e, cannotRun(spec) + e.call());
        }
        int errno = e.errno();
        String why = PtyException.reason(errno);
        String seen = fromHere(spec, path);
        if (errno == Errno.ENOENT && Descriptors.access(seen, Layout.F_OK) == 0) {
            why = "its interpreter" + interpreter(seen) + " does not exist";
        } else if (errno == Errno.EACCES && isDirectory(seen)) {
            why = PtyException.reason(Errno.EISDIR);
        }
        PtyException result = new PtyException(PtyException.kindOf(errno), e.call(), errno, cannotRun(spec) + why);
        result.initCause(e);
        return result;
    }

    /** {@return what the first line of a script names, with a space before it; empty if it is no script} */
    private static String interpreter(String path) {
        byte[] head = new byte[200];
        int n;
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            n = in.readNBytes(head, 0, head.length);
        } catch (IOException | InvalidPathException e) {
            return "";
        }
        String text = new String(head, 0, n, StandardCharsets.UTF_8);
        if (!text.startsWith("#!")) {
            return "";
        }
        String line = text.substring(2).lines().findFirst().orElse("").trim();
        return " " + PtyException.quoted(line.split("\\s", 2)[0]);
    }

    /** Descriptors that are closed again unless all went well; the child's ends are closed in any case. */
    private static final class Opened implements AutoCloseable {
        private final List<Integer> ours = new ArrayList<>();
        private final List<Integer> theirs = new ArrayList<>();

        int ours(int fd) {
            ours.add(fd);
            return fd;
        }

        void theirs(int fd) {
            theirs.add(fd);
        }

        void keep() {
            ours.clear();
        }

        @Override
        public void close() {
            ours.forEach(Descriptors::close);
            theirs.forEach(Descriptors::close);
        }
    }
}
