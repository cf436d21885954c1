package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.pty.internal.posix.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A process on pipes by {@link ProcessBuilder}, where the C library cannot be called: musl, macOS, other processors. It has
 * no session of its own, knows the signals TERM and KILL only (HUP, INT and QUIT come as TERM), and what it has started is
 * found only while its parents live.
 *
 * <p><b>Threads:</b> {@code wsstream-jdk-PID-}{@code out}, {@code err}, {@code in}, {@code exit} and {@code kill}; the
 * listener hears one of them at a time.
 */
final class JdkChild implements Running {
    private static final int UNRELEASED_LIMIT_BYTES = 1024 * 1024;
    private static final int INPUT_BYTES = 64 * 1024;
    private static final int SMALL_BYTES = 8 * 1024;
    private static final int SIGKILL = 9;
    private static final Set<Integer> ENDING = Set.of(1, 2, 3, 15);
    private static final Pattern ERRNO = Pattern.compile("error=(\\d+)");

    private final PtyRuntime runtime;
    private final PtySpec spec;
    private final PtyListener listener;
    private final Process process;
    private final PtyProcess handle = new PtyProcess(this);
    private final CompletableFuture<PtyExit> exit = new CompletableFuture<>();
    private final List<Thread> readers = new ArrayList<>();

    /** Held while the listener is called, so that it hears one thing at a time. */
    private final Object calling = new Object();

    /** Protects all below; nothing is called under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Set<PtyStream> paused = new LinkedHashSet<>();

    @GuardedBy("lock")
    private int unreleasedBytes;

    @GuardedBy("lock")
    private boolean detached;

    @GuardedBy("lock")
    private long lastByteNanos = System.nanoTime();

    @GuardedBy("lock")
    private final ArrayDeque<byte[]> input = new ArrayDeque<>();

    @GuardedBy("lock")
    private int inputBytes;

    @GuardedBy("lock")
    private boolean inputEnds;

    @GuardedBy("lock")
    private boolean wantsRoom;

    @GuardedBy("lock")
    private boolean terminating;

    @GuardedBy("lock")
    private boolean ended;

    private JdkChild(PtyRuntime runtime, PtySpec spec, PtyListener listener, Process process) {
        this.runtime = runtime;
        this.spec = spec;
        this.listener = listener;
        this.process = process;
        this.inputEnds = !spec.stdin();
    }

    /** Starts it. */
    static JdkChild start(PtyRuntime runtime, PtySpec spec, PtyListener listener) throws PtyException {
        ProcessBuilder builder = new ProcessBuilder(spec.argv());
        builder.environment().clear();
        Path directory = spec.directory();
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        Process process;
        try {
            builder.environment().putAll(spec.environment());
            if (!spec.stdin()) {
                builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
            }
            if (!spec.stdout()) {
                builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
            }
            if (!spec.stderr()) {
                builder.redirectError(ProcessBuilder.Redirect.DISCARD);
            }
            process = builder.start();
        } catch (IOException | IllegalArgumentException refused) {
            throw explain(spec, refused);
        }
        return new JdkChild(runtime, spec, listener, process);
    }

    private static PtyException explain(PtySpec spec, Exception refused) {
        Matcher errno = ERRNO.matcher(String.valueOf(refused.getMessage()));
        int number = errno.find() ? Integer.parseInt(errno.group(1)) : Errno.EINVAL;
        PtyException result = new PtyException(
                PtyException.kindOf(number),
                "execve",
                number,
                "cannot run " + PtyException.quoted(spec.argv().get(0)) + ": " + PtyException.reason(number));
        result.initCause(refused);
        return result;
    }

    PtyProcess begin() {
        call(() -> listener.onStart(handle));
        if (spec.stdout()) {
            readers.add(thread("out", () -> read(PtyStream.STDOUT, process.getInputStream())));
        }
        if (spec.stderr()) {
            readers.add(thread("err", () -> read(PtyStream.STDERR, process.getErrorStream())));
        }
        if (spec.stdin()) {
            thread("in", this::feed);
        }
        thread("exit", this::awaitEnd);
        return handle;
    }

    private Thread thread(String what, Runnable task) {
        Thread thread = new Thread(task, "wsstream-jdk-" + process.pid() + "-" + what);
        thread.setDaemon(true);
        thread.start();
        runtime.startedThread(thread);
        return thread;
    }

    // ---- output

    private void read(PtyStream source, InputStream from) {
        byte[] buffer = new byte[spec.headroomBytes() + spec.outputBytes()];
        try (from) {
            while (true) {
                awaitRoom(source);
                int count = from.read(buffer, spec.headroomBytes(), spec.outputBytes());
                if (count < 0) {
                    break;
                }
                byte[] handed = buffer;
                if (count <= SMALL_BYTES) { // or a byte of echo would pin 64 KiB
                    handed = java.util.Arrays.copyOf(buffer, spec.headroomBytes() + count);
                } else {
                    buffer = new byte[buffer.length];
                }
                deliver(source, new Chunk(handed), count);
            }
        } catch (IOException | InterruptedException cut) {
            // The end was cut short, at its bound. Nobody has this thread to interrupt it.
        }
        call(() -> listener.onOutputEnd(source));
    }

    private void awaitRoom(PtyStream source) throws InterruptedException {
        synchronized (lock) {
            while (!detached && (paused.contains(source) || unreleasedBytes > UNRELEASED_LIMIT_BYTES)) {
                lastByteNanos = System.nanoTime(); // time in which output is paused is no quiet
                lock.wait(100);
            }
        }
    }

    private void deliver(PtyStream source, Chunk chunk, int count) {
        synchronized (lock) {
            lastByteNanos = System.nanoTime();
            if (detached) {
                return;
            }
            unreleasedBytes += chunk.capacityBytes();
        }
        chunk.buffer.limit(spec.headroomBytes() + count).position(spec.headroomBytes());
        call(() -> listener.onOutput(new PtyOutput(this, source, chunk)));
    }

    @Override
    public void released(Chunk chunk) {
        synchronized (lock) {
            unreleasedBytes -= chunk.capacityBytes();
            lock.notifyAll();
        }
    }

    @Override
    public void pause(PtyStream source, boolean stop) {
        synchronized (lock) {
            if (stop) {
                paused.add(source);
            } else {
                paused.remove(source);
            }
            lock.notifyAll();
        }
    }

    @Override
    public void detach() {
        synchronized (lock) {
            detached = true;
            lock.notifyAll();
        }
    }

    // ---- input

    @Override
    public int write(ByteBuffer src) {
        synchronized (lock) {
            if (inputEnds) {
                return -1;
            }
            byte[] taken = new byte[Math.min(src.remaining(), INPUT_BYTES - inputBytes)];
            src.get(taken);
            input.add(taken);
            inputBytes += taken.length;
            wantsRoom |= src.hasRemaining();
            lock.notifyAll();
            return taken.length;
        }
    }

    @Override
    public void closeInput() {
        synchronized (lock) {
            inputEnds = true;
            lock.notifyAll();
        }
    }

    private void feed() {
        try (OutputStream to = process.getOutputStream()) {
            for (byte[] next = takeInput(); next != null; next = takeInput()) {
                to.write(next);
                to.flush();
                if (fed(next.length)) {
                    call(listener::onInputWritable);
                }
            }
        } catch (IOException | InterruptedException nobodyReads) {
            synchronized (lock) {
                inputEnds = true;
            }
            call(listener::onInputWritable);
        }
    }

    private byte @Nullable [] takeInput() throws InterruptedException {
        synchronized (lock) {
            while (input.isEmpty() && !inputEnds && !ended) {
                lock.wait();
            }
            return ended ? null : input.poll();
        }
    }

    private boolean fed(int bytes) {
        synchronized (lock) {
            inputBytes -= bytes;
            boolean tell = wantsRoom && !inputEnds;
            wantsRoom = false;
            return tell;
        }
    }

    // ---- the end

    private void awaitEnd() {
        try {
            int code = process.waitFor();
            drain();
            closeInput();
            synchronized (lock) {
                ended = true;
                lock.notifyAll();
            }
            PtyExit result = code > 128 && code <= 128 + 64 ? new PtyExit(code, code - 128) : new PtyExit(code, 0);
            runtime.ended(this);
            call(() -> listener.onExit(result));
            exit.complete(result);
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it.
        }
    }

    /** Reads on until both outputs have ended, or somebody else who holds them has been quiet for the bound. */
    private void drain() throws InterruptedException {
        long begin = System.nanoTime();
        synchronized (lock) {
            lastByteNanos = begin;
        }
        for (Thread reader : readers) {
            while (reader.isAlive()) {
                reader.join(20);
                long quiet;
                synchronized (lock) {
                    quiet = System.nanoTime() - lastByteNanos;
                }
                if (quiet > spec.quietDrain().toNanos()
                        || System.nanoTime() - begin > spec.totalDrain().toNanos()) {
                    detach();
                    return; // the thread ends with whoever holds its pipe
                }
            }
        }
    }

    @Override
    public void signalGroup(int signal) {
        if (signal == SIGKILL) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        } else if (ENDING.contains(signal)) {
            process.destroy();
        }
    }

    @Override
    public void terminate(KillPolicy policy) {
        synchronized (lock) {
            if (ended || (terminating && !policy.steps().isEmpty())) {
                return;
            }
            terminating = true;
        }
        if (policy.steps().isEmpty()) {
            signalGroup(SIGKILL);
        } else {
            thread("kill", () -> terminateBy(policy));
        }
    }

    private void terminateBy(KillPolicy policy) {
        Set<ProcessHandle> started = new LinkedHashSet<>();
        try {
            for (KillPolicy.Step step : policy.steps()) {
                process.descendants().forEach(started::add);
                step.signals().forEach(signal -> signalGroup(signal.number()));
                Duration wait = step.waiting();
                if (process.waitFor(wait.toNanos(), TimeUnit.NANOSECONDS)) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it.
        }
        started.forEach(ProcessHandle::destroyForcibly);
        signalGroup(SIGKILL);
    }

    @Override
    public void holdExitForSession() {
        // There is no session to wait for.
    }

    @Override
    public void resize(int columns, int rows) {
        // There is no terminal.
    }

    @Override
    public int pid() {
        return (int) process.pid();
    }

    @Override
    public PtySpec spec() {
        return spec;
    }

    @Override
    public CompletionStage<PtyExit> exit() {
        return exit.minimalCompletionStage();
    }

    private void call(Runnable callback) {
        synchronized (calling) {
            try {
                callback.run();
            } catch (Throwable t) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
                detach();
                signalGroup(SIGKILL);
            }
        }
    }
}
