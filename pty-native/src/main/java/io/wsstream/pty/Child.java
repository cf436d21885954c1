package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.pty.internal.linux.Cgroup;
import io.wsstream.pty.internal.linux.Epoll;
import io.wsstream.pty.internal.posix.Children;
import io.wsstream.pty.internal.posix.Descriptors;
import io.wsstream.pty.internal.posix.Errno;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One process and its descriptors, from the spawn to the report of its exit.
 *
 * <pre>
 *   NEW -adopted-> RUNNING -leader ended-> DRAINING -outputs ended or cut-> DRAINED -no kill policy runs, reaped-> ENDED
 * </pre>
 *
 * <p>The leader is reaped last: until then its number is ours, and a signal to its group or session can hit nobody else.
 *
 * <p><b>Threads:</b> methods that may be called from any thread say so; they set a flag and touch the loop, which calls
 * {@link #reconcile()}. The rest belongs to the loop thread. <b>Blocking:</b> never.
 */
final class Child implements Running {
    private enum Phase {
        NEW,
        RUNNING,
        DRAINING,
        DRAINED,
        ENDED
    }

    /** What the unreleased buffers of one process may pin before reading stops. */
    private static final int UNRELEASED_LIMIT_BYTES = 1024 * 1024;

    private static final int READS_PER_WAKE = 4;
    /** A terminal hands out at most 4,095 bytes a read mostly: with less room than that, a further read is no use. */
    private static final int WORTH_READING_BYTES = 4096;

    /** After less than that a terminal has most likely no more now, and a further read would only be told so. */
    private static final int LONG_READ_BYTES = 1024;

    /** Half of what a terminal holds for its reader: its program is ahead of us, or paints a screen. */
    private static final int FLOOD_BYTES = 2048;

    private static final long REVIVE_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long REVIVE_MAX_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final EventLoop loop;
    private final PtyRuntime runtime;
    private final PtySpec spec;
    private final PtyListener listener;
    private final int pid;
    private final PtyProcess handle;
    private final Input input;
    private final @Nullable Cgroup cgroup;
    private final @Nullable Descriptor inputDescriptor;
    private final List<Output> outputs;
    private final CompletableFuture<PtyExit> exit = new CompletableFuture<>();

    private final AtomicBoolean touched = new AtomicBoolean();
    private final AtomicInteger unreleasedBytes = new AtomicInteger();
    private volatile boolean detached;
    private volatile boolean leaderEnded;

    /** Keeps signals from a number that was reaped. Taken alone; kill and waitpid(WNOHANG) under it do not block. */
    private final Object pidLock = new Object();

    @GuardedBy("pidLock")
    private boolean reaped;

    @GuardedBy("pidLock")
    private boolean escalating;

    // Owner of all below: loop thread.
    private Phase phase = Phase.NEW;
    private int slot = -1;
    /** Readable when the leader has ended; null once it has, or when a thread waits instead. */
    private @Nullable Descriptor pidfd;

    private long reviveDelayNanos = REVIVE_MIN_NANOS;
    private int drainedBytes;
    private long drainStartNanos;
    private long lastByteNanos;
    /** When the listener stopped the drain by pausing, 0 while it runs. */
    private long waitingSinceNanos;

    private EventLoop.@Nullable Timer drainTimer;
    private boolean listenerFailed;

    Child(PtyRuntime runtime, EventLoop loop, PtySpec spec, PtyListener listener, Launcher.Started started) {
        this.runtime = runtime;
        this.loop = loop;
        this.spec = spec;
        this.listener = listener;
        this.pid = started.pid();
        this.cgroup = started.cgroup();
        this.inputDescriptor = started.input();
        this.input = new Input(this, started.input());
        this.outputs = started.outputs();
        this.pidfd = started.pidfd();
        this.handle = new PtyProcess(this);
    }

    // ---- any thread

    @Override
    public int pid() {
        return pid;
    }

    @Override
    public PtySpec spec() {
        return spec;
    }

    EventLoop loop() {
        return loop;
    }

    @Override
    public int write(ByteBuffer src) {
        return input.write(src);
    }

    @Override
    public void closeInput() {
        input.close();
    }

    PtyProcess handle() {
        return handle;
    }

    @Override
    public CompletionStage<PtyExit> exit() {
        return exit.minimalCompletionStage();
    }

    boolean leaderHasEnded() {
        return leaderEnded;
    }

    void touch() {
        if (touched.compareAndSet(false, true)) {
            loop.touch(this);
        }
    }

    @Override
    public void resize(int columns, int rows) {
        if (spec.hasTerminal()) {
            outputs.get(0).descriptor.setSize(columns, rows, loop.layout());
        }
    }

    @Override
    public void pause(PtyStream source, boolean paused) {
        for (Output output : outputs) {
            if (output.source == source && output.pauseAsked != paused) {
                output.pauseAsked = paused;
                touch();
            }
        }
    }

    @Override
    public void detach() {
        detached = true;
        touch();
    }

    @Override
    public void released(Chunk chunk) {
        int bytes = chunk.capacityBytes();
        loop.pool().giveBack(chunk);
        int before = unreleasedBytes.getAndAdd(-bytes);
        if (before > UNRELEASED_LIMIT_BYTES && before - bytes <= UNRELEASED_LIMIT_BYTES) {
            touch();
        }
    }

    @Override
    public void signalGroup(int signal) {
        synchronized (pidLock) {
            if (!reaped) {
                var unused = Children.signalGroup(pid, signal);
            }
        }
    }

    /** Kills all of its cgroup, if it has one. */
    void killCgroup() {
        if (cgroup != null) {
            cgroup.kill();
        }
    }

    /** {@return whether somebody lives in its cgroup} */
    boolean hasLivingInCgroup() {
        return cgroup != null && cgroup.isPopulated();
    }

    @Override
    public void terminate(KillPolicy policy) {
        if (keepUnreaped()) {
            runtime.escalator().begin(this, policy);
        }
    }

    @Override
    public void holdExitForSession() {
        if (keepUnreaped()) {
            runtime.escalator().watch(this);
        }
    }

    /** {@return false if it is too late} */
    private boolean keepUnreaped() {
        synchronized (pidLock) {
            escalating = !reaped;
            return !reaped;
        }
    }

    /** The kill policy has run its course: the leader may be reaped. */
    void escalationEnded() {
        synchronized (pidLock) {
            escalating = false;
        }
        touch();
    }

    /** Without a pidfd a thread waits for the leader and says so here. */
    void leaderEndSeen() {
        leaderEnded = true;
        touch();
    }

    // ---- loop thread

    /** Makes what is follow what is wanted. */
    void reconcile() {
        touched.set(false);
        if (phase == Phase.NEW) {
            adopt();
        }
        if (leaderEnded && phase == Phase.RUNNING) {
            beginDrain();
        }
        watchInput();
        watchOutputs();
        advance();
    }

    /** A descriptor of {@code kind} has something. */
    void ready(int kind, int ready) {
        switch (kind) {
            case EventLoop.EXIT -> {
                leaderEnded = true;
                if (phase == Phase.RUNNING) {
                    beginDrain();
                }
            }
            case EventLoop.STDIN -> roomForInput();
            case EventLoop.STDOUT, EventLoop.STDERR -> {
                for (Output output : outputs) {
                    if (output.descriptor.kind == kind) {
                        readyOutput(output, ready);
                    }
                }
            }
            default -> throw new IllegalStateException("an event of kind " + kind);
        }
        advance();
    }

    /** The loop stops: closes everything and leaves the process to itself. */
    void giveUp() {
        if (phase == Phase.ENDED) {
            return;
        }
        phase = Phase.ENDED;
        closeDescriptors();
        synchronized (pidLock) {
            reaped = true;
        }
        end();
        exit.completeExceptionally(
                new IllegalStateException("the runtime was closed, and process " + pid + " could not be ended before"));
    }

    private void adopt() {
        phase = Phase.RUNNING;
        slot = loop.takeSlot(this);
        runtime.adopted(this);
        call(() -> listener.onStart(handle));
        Descriptor exitDescriptor = pidfd;
        if (exitDescriptor == null) {
            runtime.awaitEndOnThread(this);
        } else {
            watch(exitDescriptor, Epoll.IN);
        }
    }

    private void watch(Descriptor descriptor, int interest) {
        int errno = loop.watch(slot, descriptor, interest);
        if (errno != 0) {
            // fs.epoll.max_user_watches or memory: it may pass.
            var unused = loop.at(System.nanoTime() + REVIVE_MAX_NANOS, this, () -> watchAgain(descriptor, interest));
        }
    }

    private void watchAgain(Descriptor descriptor, int interest) {
        if (phase != Phase.ENDED && phase != Phase.DRAINED) {
            if (descriptor.kind == EventLoop.EXIT) {
                watch(descriptor, interest);
            } else {
                touch();
            }
        }
    }

    // ---- input

    private void watchInput() {
        Descriptor d = inputDescriptor;
        if (d == null || spec.hasTerminal() || phase == Phase.ENDED) {
            return; // the master is watched with the output
        }
        if (input.finished()) {
            close(d);
        } else if (phase == Phase.RUNNING) {
            watch(d, input.wantsRoom() ? Epoll.OUT : 0);
        }
    }

    private void roomForInput() {
        if (input.roomCame()) {
            call(listener::onInputWritable);
        }
        watchInput();
    }

    // ---- output

    private boolean blocked(Output output) {
        return !detached && (output.pauseAsked || unreleasedBytes.get() > UNRELEASED_LIMIT_BYTES);
    }

    private void watchOutputs() {
        for (Output output : outputs) {
            watchOutput(output);
        }
    }

    private void watchOutput(Output output) {
        if (output.ended || phase == Phase.ENDED || phase == Phase.DRAINED) {
            return;
        }
        int interest = blocked(output) || output.resting ? 0 : Epoll.IN;
        if (spec.hasTerminal()) {
            if (phase == Phase.DRAINING || output.hungUp) {
                interest = 0; // drained by turns, or asked again after a while
            } else if (input.wantsRoom()) {
                interest |= Epoll.OUT;
            }
        }
        watch(output.descriptor, interest);
    }

    private void readyOutput(Output output, int ready) {
        if (output.ended || phase == Phase.DRAINED || phase == Phase.ENDED) {
            return;
        }
        if (spec.hasTerminal() && (ready & Epoll.OUT) != 0 && input.roomCame()) {
            call(listener::onInputWritable);
        }
        if ((ready & ~Epoll.OUT) != 0) {
            if (!blocked(output)) {
                Reading result = read(output);
                if (result == Reading.END) {
                    if (spec.hasTerminal()) {
                        hangUp(output);
                    } else {
                        end(output);
                    }
                }
            } else if ((ready & Epoll.HUP) != 0 && spec.hasTerminal()) {
                hangUp(output); // only room for input was asked for; a hang-up cannot be masked
            }
        }
        watchOutput(output);
    }

    /** Nobody has the terminal open. The leader lives and may open it again: look from time to time. */
    private void hangUp(Output output) {
        output.hungUp = true;
        var unused = loop.at(System.nanoTime() + reviveDelayNanos, this, () -> {
            output.hungUp = false;
            watchOutput(output);
        });
        reviveDelayNanos = Math.min(2 * reviveDelayNanos, REVIVE_MAX_NANOS);
    }

    /** It is one of a crowd of floods, which waits a little. */
    void restTerminal(long untilNanos) {
        Output output = outputs.get(0);
        output.resting = true;
        watchOutput(output);
        var unused = loop.at(untilNanos, this, () -> {
            output.resting = false;
            watchOutput(output);
        });
    }

    private enum Reading {
        /** There may be more. */
        MORE,
        /** Nothing more now. */
        EMPTY,
        /** Nothing more ever, or on a terminal until somebody opens it again. */
        END
    }

    /** Reads a few times at most, so that one process cannot starve the others of its loop. */
    private Reading read(Output output) {
        int reads = 0;
        while (reads < READS_PER_WAKE && !blocked(output)) {
            int most = spec.outputBytes();
            Chunk chunk = loop.readChunk(most);
            int headroom = spec.headroomBytes();
            int filled = 0;
            int n;
            do {
                n = Descriptors.read(output.descriptor.number, chunk.address + headroom + filled, most - filled);
                reads++;
                filled += Math.max(n, 0);
            } while (n >= LONG_READ_BYTES
                    && spec.hasTerminal()
                    && reads < READS_PER_WAKE
                    && most - filled >= WORTH_READING_BYTES);
            if (filled > 0) {
                deliver(output, chunk, filled);
            }
            if (n == -Errno.EAGAIN) {
                return Reading.EMPTY;
            }
            if (n <= 0) {
                return Reading.END; // 0 on a pipe, EIO on a terminal: after all data in both
            }
            if (n < (spec.hasTerminal() ? LONG_READ_BYTES : most)) {
                return Reading.MORE; // took what was there; epoll knows if more came
            }
        }
        return Reading.MORE;
    }

    private void deliver(Output output, Chunk filled, int bytes) {
        reviveDelayNanos = REVIVE_MIN_NANOS;
        if (bytes >= FLOOD_BYTES && spec.hasTerminal() && phase == Phase.RUNNING) {
            loop.flooded(this);
        }
        if (phase == Phase.DRAINING) {
            drainedBytes += bytes;
            lastByteNanos = System.nanoTime();
        }
        if (detached) {
            return;
        }
        int headroom = spec.headroomBytes();
        Chunk chunk = loop.pool().smallFor(headroom + bytes);
        if (chunk == null) {
            chunk = filled;
            loop.readChunkTaken(filled);
        } else {
            chunk.buffer.put(headroom, filled.buffer, headroom, bytes);
        }
        chunk.buffer.limit(headroom + bytes).position(headroom);
        unreleasedBytes.addAndGet(chunk.capacityBytes());
        PtyOutput handed = new PtyOutput(this, output.source, chunk);
        try {
            listener.onOutput(handed);
        } catch (Throwable t) {
            failed(t);
        }
    }

    private void end(Output output) {
        if (!output.ended) {
            output.ended = true;
            if (!spec.hasTerminal()) {
                close(output.descriptor);
            }
            call(() -> listener.onOutputEnd(output.source));
        }
    }

    // ---- the end

    private void beginDrain() {
        phase = Phase.DRAINING;
        if (isEscalating()) {
            runtime.escalator().nudge();
        }
        Descriptor exitDescriptor = pidfd;
        if (exitDescriptor != null) {
            close(exitDescriptor); // stays readable for ever
            pidfd = null;
        }
        input.abandon();
        watchInput();
        drainStartNanos = System.nanoTime();
        lastByteNanos = drainStartNanos;
        watchOutputs();
    }

    /** Goes on with the end as far as it can now. */
    private void advance() {
        if (phase == Phase.DRAINING) {
            if (spec.hasTerminal()) {
                drainTerminal();
            } else {
                drainPipes();
            }
            if (outputs.stream().allMatch(o -> o.ended)) {
                phase = Phase.DRAINED;
                closeDescriptors();
            }
        }
        if (phase == Phase.DRAINED) {
            reap();
        }
    }

    /** One turn; reads to EAGAIN or EIO, since an orphan that holds the terminal would keep EIO away. */
    private void drainTerminal() {
        Output output = outputs.get(0);
        if (blocked(output)) {
            return; // the listener resumes or releases, and touches
        }
        Reading result = read(output);
        if (result != Reading.MORE || drainedBytes >= spec.terminalDrainBytes()) {
            if (!blocked(output) || result != Reading.MORE) {
                end(output);
            }
        } else {
            touch();
        }
    }

    /** Pipes are read by events; this watches the clock, which stands while the listener has paused a source. */
    private void drainPipes() {
        long now = System.nanoTime();
        boolean waiting = outputs.stream().anyMatch(o -> !o.ended && blocked(o));
        if (waiting) {
            if (waitingSinceNanos == 0) {
                waitingSinceNanos = now;
            }
            return;
        }
        if (waitingSinceNanos != 0) {
            long waited = now - waitingSinceNanos;
            waitingSinceNanos = 0;
            drainStartNanos += waited;
            lastByteNanos += waited;
        }
        long deadline = Math.min(
                lastByteNanos + spec.quietDrain().toNanos(),
                drainStartNanos + spec.totalDrain().toNanos());
        if (now - deadline >= 0) {
            outputs.forEach(this::end);
        } else if (drainTimer == null && outputs.stream().anyMatch(o -> !o.ended)) {
            drainTimer = loop.at(deadline, this, () -> {
                drainTimer = null;
                advance();
            });
        }
    }

    private boolean isEscalating() {
        synchronized (pidLock) {
            return escalating;
        }
    }

    private void reap() {
        int status;
        synchronized (pidLock) {
            if (escalating) {
                return; // its end touches
            }
            status = Children.reap(pid);
            reaped = status != Children.STILL_RUNNING;
        }
        if (status == Children.STILL_RUNNING) {
            // A debugger has it: dead, but not ours to reap yet.
            var unused = loop.at(System.nanoTime() + RETRY_NANOS, this, this::advance);
            return;
        }
        phase = Phase.ENDED;
        PtyExit result = status == Children.NOT_OURS ? new PtyExit(255, 0) : PtyExit.ofWaitStatus(status);
        end();
        call(() -> listener.onExit(result));
        exit.complete(result);
    }

    private void end() {
        EventLoop.Timer timer = drainTimer;
        if (timer != null) {
            timer.cancel();
        }
        input.abandon();
        if (cgroup != null) {
            cgroup.remove();
        }
        if (slot >= 0) {
            loop.freeSlot(slot);
            slot = -1;
        }
        loop.load().decrementAndGet();
        runtime.ended(this);
    }

    private void closeDescriptors() {
        Descriptor in = inputDescriptor;
        if (in != null) {
            close(in);
        }
        outputs.forEach(o -> close(o.descriptor));
        Descriptor exitDescriptor = pidfd;
        if (exitDescriptor != null) {
            close(exitDescriptor);
            pidfd = null;
        }
    }

    private void close(Descriptor descriptor) {
        var unused = loop.watch(slot, descriptor, 0);
        descriptor.close();
    }

    private void call(Runnable callback) {
        try {
            callback.run();
        } catch (Throwable t) {
            failed(t);
        }
    }

    /** Something threw that must not: reported where uncaught exceptions go, and the process is ended. */
    void failed(Throwable t) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
        if (!listenerFailed) {
            listenerFailed = true;
            detach();
            terminate(KillPolicy.kill());
        }
    }
}
