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

    private final Thread thread;
    /** Protects the requests, on which the thread waits. Nothing else is taken under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Deque<Escalation> requests = new ArrayDeque<>();

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
        synchronized (lock) {
            requests.add(new Escalation(child, policy));
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

    @Override
    public void run() {
        try {
            while (takeRequests()) {
                look();
            }
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it; ends as if closed.
        }
        running.keySet().forEach(Child::escalationEnded);
    }

    /** Waits until something is due. {@return false when closed} */
    private boolean takeRequests() throws InterruptedException {
        synchronized (lock) {
            while (!stopping && requests.isEmpty()) {
                long next = Long.MAX_VALUE;
                long now = System.nanoTime();
                for (Escalation e : running.values()) {
                    next = Math.min(next, e.nextLookNanos(now) - now);
                }
                if (next <= 0) {
                    break;
                }
                if (next == Long.MAX_VALUE) {
                    lock.wait();
                } else {
                    TimeUnit.NANOSECONDS.timedWait(lock, next);
                }
            }
            for (Escalation request : requests) {
                Escalation known = running.putIfAbsent(request.child, request);
                if (known != null && request.policy.steps().isEmpty()) {
                    known.cutShort();
                }
            }
            requests.clear();
            return !stopping;
        }
    }

    private void look() {
        Set<Integer> ids = new HashSet<>();
        running.keySet().forEach(c -> ids.add(c.pid()));
        Sessions sessions = Sessions.read(ids);
        running.values().removeIf(e -> e.advance(sessions));
    }

    /** One process that is being ended. Owner: the thread. */
    private static final class Escalation {
        private final Child child;
        private final KillPolicy policy;
        private int nextStep;
        private long dueNanos = System.nanoTime();
        private long killedNanos;

        Escalation(Child child, KillPolicy policy) {
            this.child = child;
            this.policy = policy;
        }

        void cutShort() {
            if (nextStep < policy.steps().size()) {
                nextStep = policy.steps().size();
                dueNanos = System.nanoTime();
            }
        }

        long nextLookNanos(long now) {
            return Math.min(dueNanos, now + LOOK_NANOS);
        }

        /** {@return whether this is over} */
        boolean advance(Sessions sessions) {
            long now = System.nanoTime();
            boolean nobodyLeft =
                    child.leaderHasEnded() && sessions.livingIn(child.pid()).isEmpty();
            boolean hopeless = killedNanos != 0 && now - killedNanos > GIVE_UP_NANOS;
            if (nobodyLeft || hopeless) {
                child.escalationEnded();
                return true;
            }
            if (now - dueNanos < 0) {
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
