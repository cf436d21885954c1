package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.pty.internal.posix.Children;
import io.wsstream.pty.internal.posix.Errno;
import io.wsstream.pty.internal.posix.Host;
import io.wsstream.pty.internal.posix.Layout;
import io.wsstream.pty.internal.posix.SystemCallException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs processes: owns the event loops that serve them.
 *
 * <p>Each process stays with one loop. The threads are {@code wsstream-pty-0}, {@code -1} and so on, {@code
 * wsstream-pty-kill} for kill policies, and, only where the kernel has no pidfd (before Linux 5.3) or a sandbox refuses it,
 * {@code wsstream-reap-PID} per process. All are daemons and are joined by {@link #close()}.
 *
 * <p>No SIGCHLD handler is installed and only our own children are waited for, so {@link ProcessBuilder} works beside it.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> {@link #spawn} about a millisecond, {@link #close} bounded.
 */
public final class PtyRuntime implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration KILL_WAIT = Duration.ofSeconds(5);
    private static final long JOIN_MILLIS = 5_000;

    /** Null where processes cannot be run; {@link #refusal} then says why. */
    private final @Nullable Launcher launcher;

    private final @Nullable PtyException refusal;
    private final List<EventLoop> loops = new ArrayList<>();
    private final Escalator escalator = new Escalator();
    private final @Nullable OrphanReaper orphans;

    /** Protects what follows and is waited on by {@link #close()}. Nothing else is taken under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean closed;
    /** Counts from before the spawn to before the report of the exit. */
    @GuardedBy("lock")
    private int live;

    /** Of {@link JdkChild}; dead ones are forgotten with the next. */
    @GuardedBy("lock")
    private final Set<Thread> threads = new HashSet<>();

    @GuardedBy("lock")
    private final Set<Running> children = new HashSet<>();

    private PtyRuntime(int loopCount, Host host, Launcher.Features features, boolean init) {
        this.orphans = init ? new OrphanReaper() : null;
        Launcher launcher = null;
        PtyException refusal = null;
        Layout layout = host.layout();
        if (layout == null) {
            refusal = new PtyException(PtyException.Kind.UNSUPPORTED, "", 0, host.refusal());
        } else {
            try {
                for (int i = 0; i < loopCount; i++) {
                    loops.add(new EventLoop(layout, i));
                }
                launcher = new Launcher(layout, features);
            } catch (SystemCallException e) {
                loops.forEach(EventLoop::discard);
                loops.clear();
                refusal = PtyException.of(e, "cannot start an event loop");
            }
        }
        this.launcher = launcher;
        this.refusal = refusal;
    }

    /** {@return a runtime with half as many loops as there are processors, at least one; see {@link #start(int)}} */
    public static PtyRuntime start() {
        return start(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }

    /**
     * {@return a runtime. Never fails for want of anything: on a machine that cannot be served, pipes are those of {@link
     * ProcessBuilder}, with threads for each process, and every {@link #spawn} on a terminal says why not}
     *
     * @param loops how many event loops, each a thread and two descriptors; at least 1
     */
    public static PtyRuntime start(int loops) {
        return start(loops, Host.current(), Launcher.Features.ALL);
    }

    /**
     * {@return as {@link #start(int)}, for a JVM that is the first process of a container and has no {@code --init} beside
     * it} What the processes run here leave behind becomes the JVM's children then, and stays as zombies; this reaps them
     * once a second, on a thread {@code wsstream-pty-init}. Children of {@link ProcessBuilder} are left alone, and so is who
     * left its session with {@code setsid}: for those there is {@code --init}.
     *
     * @param loops how many event loops; at least 1
     */
    public static PtyRuntime startAsInit(int loops) {
        return start(loops, Host.current(), Launcher.Features.ALL, true);
    }

    static PtyRuntime start(int loops, Host host, Launcher.Features features) {
        return start(loops, host, features, false);
    }

    private static PtyRuntime start(int loops, Host host, Launcher.Features features, boolean init) {
        if (loops < 1) {
            throw new IllegalArgumentException(loops + " event loops; expected at least 1");
        }
        PtyRuntime runtime = new PtyRuntime(loops, host, features, init);
        if (runtime.launcher != null) {
            runtime.loops.forEach(EventLoop::start);
            runtime.escalator.start();
            if (runtime.orphans != null) {
                runtime.orphans.start();
            }
        }
        return runtime;
    }

    /**
     * Starts a process. When this returns the program runs; when it throws nothing does, and nothing stays open.
     *
     * <p>The listener may be called before this has returned.
     *
     * @param spec what to run
     * @param listener hears its output and its end
     * @return the handle, also given to {@link PtyListener#onStart}
     * @throws PtyException if it cannot be started
     * @throws IllegalStateException if this runtime is closed, or when called on a loop thread, which this would block
     */
    public PtyProcess spawn(PtySpec spec, PtyListener listener) throws PtyException {
        if (EventLoop.isLoopThread(Thread.currentThread())) {
            throw new IllegalStateException("spawn blocks, and was called on an event loop; hand it to another thread");
        }
        Launcher with = launcher;
        if (with == null && spec.hasTerminal()) {
            throw refused();
        }
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("this PtyRuntime is closed");
            }
            live++;
        }
        if (with == null) {
            return spawnByJdk(spec, listener);
        }
        Launcher.Started started = null;
        try {
            started = with.launch(spec);
        } finally {
            if (started == null) {
                oneLess();
            }
        }
        EventLoop loop = leastLoaded();
        loop.load().incrementAndGet();
        Child child = new Child(this, loop, spec, listener, started);
        child.touch();
        return child.handle();
    }

    private PtyProcess spawnByJdk(PtySpec spec, PtyListener listener) throws PtyException {
        JdkChild child = null;
        try {
            child = JdkChild.start(this, spec, listener);
        } finally {
            if (child == null) {
                oneLess();
            }
        }
        adopted(child);
        return child.begin();
    }

    /** {@return how many processes were started, or are being started, and have not been reaped} */
    public int liveProcesses() {
        synchronized (lock) {
            return live;
        }
    }

    /** {@return how many buffers listeners hold, or have forgotten to release; for tests, after {@link #close}} */
    int outstandingBuffers() {
        return loops.stream().mapToInt(loop -> loop.pool().outstanding()).sum();
    }

    /**
     * Ends every process by the {@link PtySpec.Builder#killPolicy} of its specification; after the longest of these and a
     * second more what is left gets KILL, and its output is discarded; then joins the threads. Processes that even KILL
     * does not end within 5 s are left behind. Idempotent.
     *
     * @throws IllegalStateException when called on a loop thread
     */
    @Override
    public void close() {
        if (EventLoop.isLoopThread(Thread.currentThread())) {
            throw new IllegalStateException("close waits for the event loops, and was called on one");
        }
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        boolean endedUndisturbed = endAll();
        boolean joinedUndisturbed = joinThreads();
        if (!endedUndisturbed || !joinedUndisturbed) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- for Child

    Escalator escalator() {
        return escalator;
    }

    void adopted(Running child) {
        if (orphans != null) {
            orphans.add(child.pid());
        }
        boolean tooLate;
        synchronized (lock) {
            children.add(child);
            tooLate = closed;
        }
        if (tooLate) {
            child.terminate(KillPolicy.kill());
        }
    }

    void startedThread(Thread thread) {
        synchronized (lock) {
            threads.removeIf(before -> !before.isAlive());
            threads.add(thread);
        }
    }

    void ended(Running child) {
        synchronized (lock) {
            children.remove(child);
        }
        oneLess();
    }

    void awaitEndOnThread(Child child) {
        Thread thread = new Thread(
                () -> {
                    Children.awaitEnd(child.pid());
                    child.leaderEndSeen();
                },
                "wsstream-reap-" + child.pid());
        thread.setDaemon(true);
        thread.start();
    }

    // ----

    private PtyException refused() {
        PtyException why = refusal;
        if (why == null) {
            return new PtyException(PtyException.Kind.UNSUPPORTED, "", Errno.ENOSYS, "no processes here");
        }
        PtyException again = new PtyException(why.kind(), why.call(), 0, why.getMessage());
        again.initCause(why);
        return again;
    }

    private EventLoop leastLoaded() {
        EventLoop best = loops.get(0);
        for (EventLoop loop : loops) {
            if (loop.load().get() < best.load().get()) {
                best = loop;
            }
        }
        return best;
    }

    private void oneLess() {
        synchronized (lock) {
            live--;
            lock.notifyAll();
        }
    }

    private List<Running> living() {
        synchronized (lock) {
            return List.copyOf(children);
        }
    }

    /** {@return false when interrupted; the rest is killed at once then} */
    private boolean endAll() {
        Duration longest = Duration.ZERO;
        for (Running child : living()) {
            KillPolicy policy = child.spec().killPolicy();
            child.terminate(policy);
            longest = policy.totalWait().compareTo(longest) > 0 ? policy.totalWait() : longest;
        }
        boolean undisturbed = true;
        try {
            awaitNone(longest.plus(GRACE));
        } catch (InterruptedException e) {
            undisturbed = false;
        }
        for (Running child : living()) {
            child.detach();
            child.terminate(KillPolicy.kill());
        }
        try {
            awaitNone(KILL_WAIT);
        } catch (InterruptedException e) {
            undisturbed = false;
        }
        return undisturbed;
    }

    private void awaitNone(Duration bound) throws InterruptedException {
        long deadline = System.nanoTime() + bound.toNanos();
        synchronized (lock) {
            while (live > 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
        }
    }

    private boolean joinThreads() {
        if (launcher == null) {
            return joinThreadsOfJdk();
        }
        boolean undisturbed = true;
        loops.forEach(EventLoop::stop);
        for (EventLoop loop : loops) {
            try {
                loop.join(JOIN_MILLIS);
            } catch (InterruptedException e) {
                undisturbed = false;
            }
        }
        try {
            if (orphans != null) {
                orphans.close(JOIN_MILLIS);
            }
            escalator.close(JOIN_MILLIS);
        } catch (InterruptedException e) {
            undisturbed = false;
        }
        return undisturbed;
    }

    /** One whose pipe somebody else holds is left to end with it. */
    private boolean joinThreadsOfJdk() {
        List<Thread> started;
        synchronized (lock) {
            started = List.copyOf(threads);
        }
        long deadline = System.nanoTime() + GRACE.toNanos();
        try {
            for (Thread thread : started) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
