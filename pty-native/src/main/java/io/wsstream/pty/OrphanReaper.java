package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.pty.internal.linux.Sessions;
import io.wsstream.pty.internal.posix.Children;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * For a JVM that is the first process of a container: reaps what the processes it ran have left to it. Only members of
 * their sessions, and no leader, are touched: a child of the JDK's own, which somebody waits for, is in the JVM's session.
 *
 * <p><b>Threads:</b> {@code wsstream-pty-init}, its own; {@link #add} any. <b>Blocking:</b> {@link #close}, which joins.
 */
final class OrphanReaper implements Runnable {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Thread thread = new Thread(this, "wsstream-pty-init");
    private final int self = (int) ProcessHandle.current().pid();
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Set<Integer> added = new HashSet<>();

    @GuardedBy("lock")
    private boolean stopping;

    // Owner: the thread.
    private final Set<Integer> sessions = new HashSet<>();

    OrphanReaper() {
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** A process was started; its number is that of its session. */
    void add(int session) {
        synchronized (lock) {
            added.add(session);
        }
    }

    void close(long millis) throws InterruptedException {
        synchronized (lock) {
            stopping = true;
            lock.notifyAll();
        }
        thread.join(millis);
    }

    @Override
    public void run() {
        try {
            while (takeAdded()) {
                reap();
            }
            reap();
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it; ends as if closed.
        }
    }

    private boolean takeAdded() throws InterruptedException {
        long due = System.nanoTime() + EVERY_NANOS;
        synchronized (lock) {
            for (long left = EVERY_NANOS; !stopping && left > 0; left = due - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
            sessions.addAll(added);
            added.clear();
            return !stopping;
        }
    }

    private void reap() {
        if (!sessions.isEmpty()) {
            for (int pid : Sessions.orphanedZombies(self, sessions)) {
                int unused = Children.reap(pid);
            }
        }
    }
}
