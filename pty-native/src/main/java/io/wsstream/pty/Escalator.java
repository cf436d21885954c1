package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.pty.internal.linux.Sessions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs kill policies, on a thread of its own: looking through {@code /proc} takes milliseconds, which the event loops
 * do not have. One look serves all processes that are being ended.
 *
 * <p><b>Threads:</b> {@link #begin} and {@link #close} any. <b>Blocking:</b> neither but {@code close}, which joins.
 */
final class Escalator implements Runnable {
    private static final int SIGKILL = 9;
    /** How often to look whether the rest of a session has gone once its leader has. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long KILL_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long NEVER_NANOS = TimeUnit.DAYS.toNanos(10_000);

    private final Thread thread;
    /** Protects the requests, on which the thread waits. Nothing else is taken under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Deque<Escalation> requests = new ArrayDeque<>();

    @GuardedBy("lock")
    private boolean nudged;

    @GuardedBy("lock")
    private boolean stopping;

    // Owner: the thread.
    private final Map<Child, Escalation> running = new LinkedHashMap<>();

    Escalator() {
        thread = new Thread(this, "wsstream-pty-kill");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void begin(Child child, KillPolicy policy) {
        add(new Escalation(child, policy));
    }

    /** Signals nobody, but ends when the leader has ended and nobody else lives in its session. */
    void watch(Child child) {
        add(new Escalation(child, null));
    }

    private void add(Escalation request) {
        synchronized (lock) {
            requests.add(request);
            lock.notifyAll();
        }
    }

    void close(long millis) throws InterruptedException {
        synchronized (lock) {
            stopping = true;
            lock.notifyAll();
        }
        thread.join(millis);
    }

    /** The leader of some session that is being ended has gone: look who is left. */
    void nudge() {
        synchronized (lock) {
            nudged = true;
            lock.notifyAll();
        }
    }

    @Override
    public void run() {
        // Loads what reading files needs: when descriptors have run out it is too late, and a class that failed to load
        // once never loads again.
        var unused = Sessions.read(Set.of());
        try {
            while (takeRequests()) {
                try {
                    look();
                } catch (RuntimeException e) {
                    // Reported where uncaught ones go; without this thread nothing could be ended any more.
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                }
            }
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it; ends as if closed.
        }
        running.keySet().forEach(Child::escalationEnded);
    }

    /** Waits until something is due. {@return false when closed} */
    private boolean takeRequests() throws InterruptedException {
        synchronized (lock) {
            long next = nextLook();
            while (!stopping && !nudged && requests.isEmpty()) {
                if (next == Long.MAX_VALUE) {
                    lock.wait();
                    continue;
                }
                long left = next - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
            nudged = false;
            for (Escalation request : requests) {
                Escalation known = running.putIfAbsent(request.child, request);
                if (known != null) {
                    known.goOn(request.policy);
                }
            }
            requests.clear();
            return !stopping;
        }
    }

    /** {@return when something is due, as of {@link System#nanoTime()}; MAX_VALUE if nothing is} */
    private long nextLook() {
        long now = System.nanoTime();
        long soonest = Long.MAX_VALUE;
        for (Escalation e : running.values()) {
            soonest = Math.min(soonest, e.nextLookNanos(now) - now);
        }
        return soonest == Long.MAX_VALUE ? soonest : now + soonest;
    }

    private void look() {
        long now = System.nanoTime();
        Set<Integer> ids = new HashSet<>();
        running.values().stream().filter(e -> e.isDue(now)).forEach(e -> ids.add(e.child.pid()));
        if (ids.isEmpty()) {
            return;
        }
        Sessions sessions = Sessions.read(ids);
        running.values().removeIf(e -> ids.contains(e.child.pid()) && e.advance(sessions));
    }

    /** One process that is being ended. Owner: the thread. */
    private static final class Escalation {
        private final Child child;
        private @Nullable KillPolicy policy;
        private int nextStep;
        private long dueNanos = System.nanoTime();
        private long killedNanos;

        /** Without a policy it only watches. */
        Escalation(Child child, @Nullable KillPolicy policy) {
            this.child = child;
            this.policy = policy;
            if (policy == null) {
                dueNanos += NEVER_NANOS;
            }
        }

        /** There is one more request: the first policy counts, but to KILL may be cut short. */
        void goOn(@Nullable KillPolicy more) {
            if (more == null || killedNanos != 0) {
                return;
            }
            if (policy == null || more.steps().isEmpty()) {
                policy = more;
                nextStep = 0;
                dueNanos = System.nanoTime();
            }
        }

        long nextLookNanos(long now) {
            return child.leaderHasEnded() && dueNanos - now > LOOK_NANOS ? now + LOOK_NANOS : dueNanos;
        }

        boolean isDue(long now) {
            return child.leaderHasEnded() || now - dueNanos >= 0;
        }

        /** {@return whether this is over} */
        boolean advance(Sessions sessions) {
            long now = System.nanoTime();
            boolean nobodyLeft = child.leaderHasEnded()
                    && sessions.complete()
                    && sessions.livingIn(child.pid()).isEmpty();
            boolean hopeless = killedNanos != 0 && now - killedNanos > GIVE_UP_NANOS;
            if (nobodyLeft || hopeless) {
                child.escalationEnded();
                return true;
            }
            if (now - dueNanos < 0 || policy == null) {
                return false;
            }
            if (nextStep < policy.steps().size()) {
                KillPolicy.Step step = policy.steps().get(nextStep++);
                step.signals().forEach(s -> signal(sessions, s.number()));
                dueNanos = now + step.waiting().toNanos();
            } else {
                if (killedNanos == 0) {
                    killedNanos = now;
                }
                // Again and again: one that forks as fast as we look is caught at last.
                signal(sessions, SIGKILL);
                dueNanos = now + KILL_AGAIN_NANOS;
            }
            return false;
        }

        private void signal(Sessions sessions, int signal) {
            child.signalGroup(signal);
            for (int pid : sessions.livingIn(child.pid())) {
                // The group has had it; a second HUP or TERM would do no harm to it, but INT counts in some programs.
                Sessions.signalMemberOutsideGroup(child.pid(), pid, signal);
            }
        }
    }
}
