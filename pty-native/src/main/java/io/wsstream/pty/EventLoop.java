package io.wsstream.pty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.pty.internal.linux.Epoll;
import io.wsstream.pty.internal.posix.Layout;
import io.wsstream.pty.internal.posix.SystemCallException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One thread that serves many processes: waits in epoll, then lets each process that has something act.
 *
 * <p>Other threads do not hand over work but touch a {@link Child}, which compares what is wanted with what is.
 *
 * <p><b>Threads:</b> {@link #touch}, {@link #stop} and the getters any; the rest belongs to the loop thread.
 * <b>Blocking:</b> only in epoll. <b>Memory:</b> one read buffer, kept between reads.
 */
final class EventLoop implements Runnable {
    /** What an event of a child is about; the low bits of its key. */
    static final int EXIT = 0;

    static final int STDIN = 1;
    static final int STDOUT = 2;
    static final int STDERR = 3;
    private static final int SLOT_SHIFT = 2;

    /** So many terminals that flood at once are a crowd; fewer are read as fast as it goes. */
    private static final int CROWD = 4;

    /** A refresh of a screen. With 4 to 16 KiB a turn it leaves each terminal of a crowd up to 1 MB/s. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(16);

    private final Layout layout;
    private final Epoll epoll;
    private final ChunkPool pool = new ChunkPool();
    private final Thread thread;
    private final ConcurrentLinkedQueue<Child> touched = new ConcurrentLinkedQueue<>();
    /** Whether a wake-up is on its way, so that many touches ring once. */
    private final AtomicBoolean ringing = new AtomicBoolean();
    /** How many processes were given to this loop and have not ended. */
    private final AtomicInteger load = new AtomicInteger();

    private volatile boolean stopping;

    /** Keeps a wake-up from ringing a descriptor that was closed and given to somebody else. Nothing else under it. */
    private final Object bellLock = new Object();

    @GuardedBy("bellLock")
    private boolean bellGone;

    // Owner of all below: loop thread.
    private final List<@Nullable Child> slots = new ArrayList<>();
    private final ArrayDeque<Integer> freeSlots = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(t -> t.atNanos));
    /** The terminals that had much to read in this round of events. */
    private final List<Child> flooding = new ArrayList<>();

    private @Nullable Chunk largeChunk;
    private @Nullable Chunk quarterChunk;

    EventLoop(Layout layout, int number) throws SystemCallException {
        this.layout = layout;
        this.epoll = Epoll.open(layout);
        this.thread = new LoopThread(this, "wsstream-pty-" + number);
    }

    static boolean isLoopThread(Thread thread) {
        return thread instanceof LoopThread;
    }

    void start() {
        thread.start();
    }

    /** For a loop that was never started. */
    void discard() {
        epoll.close();
    }

    Layout layout() {
        return layout;
    }

    ChunkPool pool() {
        return pool;
    }

    AtomicInteger load() {
        return load;
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Has the child's {@link Child#reconcile()} called soon, on the loop thread. */
    void touch(Child child) {
        touched.add(child);
        if (!isCurrentThread() && ringing.compareAndSet(false, true)) {
            ring();
        }
    }

    void stop() {
        stopping = true;
        ring();
    }

    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    @Override
    public void run() {
        while (!stopping) {
            int events = epoll.await(timeoutMillis());
            ringing.set(false);
            for (int i = 0; i < events; i++) {
                dispatch(epoll.key(i), epoll.ready(i));
            }
            restIfCrowded();
            reconcileTouched();
            runTimers();
        }
        reconcileTouched();
        for (Child child : List.copyOf(slots.stream().filter(c -> c != null).toList())) {
            child.giveUp();
        }
        giveBack(largeChunk);
        giveBack(quarterChunk);
        synchronized (bellLock) {
            bellGone = true;
            epoll.close();
        }
    }

    private void giveBack(@Nullable Chunk chunk) {
        if (chunk != null) {
            pool.giveBack(chunk);
        }
    }

    /** Gives the child its place among the events. */
    int takeSlot(Child child) {
        Integer free = freeSlots.pollFirst();
        if (free != null) {
            slots.set(free, child);
            return free;
        }
        slots.add(child);
        return slots.size() - 1;
    }

    /** Only between the closing of all descriptors of the child and the next wait: no event can name it then. */
    void freeSlot(int slot) {
        slots.set(slot, null);
        freeSlots.addLast(slot);
    }

    /** Watches a descriptor for exactly {@code interest}, or not at all. {@return 0 or the errno} */
    int watch(int slot, Descriptor descriptor, int interest) {
        int before = descriptor.interest;
        if (interest == before) {
            return 0;
        }
        long key = (long) slot << SLOT_SHIFT | descriptor.kind;
        int errno = 0;
        if (interest == 0) {
            // A mask of nothing would not do: the kernel reports a hang-up all the same, again and again.
            epoll.remove(descriptor.number);
        } else if (before == 0) {
            errno = epoll.add(descriptor.number, interest, key);
        } else {
            errno = epoll.modify(descriptor.number, interest, key);
        }
        if (errno == 0) {
            descriptor.interest = interest;
        }
        return errno;
    }

    /** {@return the buffer to read so many bytes into; the same one until {@link #readChunkTaken}} */
    Chunk readChunk(int bytes) {
        boolean quarter = bytes <= ChunkPool.READ_BYTES / 4;
        Chunk chunk = quarter ? quarterChunk : largeChunk;
        if (chunk == null) {
            chunk = quarter ? pool.quarter() : pool.large();
        }
        if (quarter) {
            quarterChunk = chunk;
        } else {
            largeChunk = chunk;
        }
        return chunk;
    }

    /** The buffer was handed out with what was read. */
    void readChunkTaken(Chunk chunk) {
        if (chunk == quarterChunk) {
            quarterChunk = null;
        } else {
            largeChunk = null;
        }
    }

    /** Runs something of a child on the loop thread at a time of {@link System#nanoTime()}. */
    Timer at(long nanos, Child child, Runnable action) {
        Timer timer = new Timer(nanos, child, action);
        timers.add(timer);
        return timer;
    }

    private void ring() {
        synchronized (bellLock) {
            if (!bellGone) {
                epoll.wake();
            }
        }
    }

    private void dispatch(long key, int ready) {
        if (key < 0) {
            return; // the wake-up
        }
        // Slots change owners only after the events of a round: an event never meets the next owner.
        Child child = slots.get((int) (key >> SLOT_SHIFT));
        if (child != null) {
            try {
                child.ready((int) key & ((1 << SLOT_SHIFT) - 1), ready);
            } catch (RuntimeException | Error e) {
                child.failed(e); // costs this process, not the others of the loop
            }
        }
    }

    /** Notes that a terminal had much to read; it may say so more than once in its turn. */
    void flooded(Child child) {
        if (flooding.isEmpty() || flooding.get(flooding.size() - 1) != child) {
            flooding.add(child);
        }
    }

    /**
     * Leaves a crowd of floods unread for a moment. Read without a pause they take all of the processors, and the echo
     * of a terminal beside them, which needs three threads and the kernel's own to run in turn, takes a hundred times as
     * long. Blocked for a moment, they leave it room.
     */
    private void restIfCrowded() {
        if (flooding.size() >= CROWD) {
            long until = System.nanoTime() + REST_NANOS;
            flooding.forEach(child -> child.restTerminal(until));
        }
        flooding.clear();
    }

    private void reconcileTouched() {
        // Those touched while this runs come in the next round, so that one child cannot starve the descriptors.
        for (int n = touched.size(); n > 0; n--) {
            Child child = touched.poll();
            if (child != null) {
                try {
                    child.reconcile();
                } catch (RuntimeException | Error e) {
                    child.failed(e);
                }
            }
        }
    }

    private void runTimers() {
        long now = System.nanoTime();
        Timer timer = timers.peek();
        while (timer != null && timer.atNanos - now <= 0) {
            timers.remove();
            if (!timer.cancelled) {
                try {
                    timer.action.run();
                } catch (RuntimeException | Error e) {
                    timer.child.failed(e);
                }
            }
            timer = timers.peek();
        }
    }

    private int timeoutMillis() {
        if (!touched.isEmpty()) {
            return 0;
        }
        Timer timer = timers.peek();
        while (timer != null && timer.cancelled) {
            timers.remove();
            timer = timers.peek();
        }
        if (timer == null) {
            return -1;
        }
        long nanos = timer.atNanos - System.nanoTime();
        return nanos <= 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    }

    /** Something to do later. Owner: loop thread. */
    static final class Timer {
        private final long atNanos;
        private final Child child;
        private final Runnable action;
        private boolean cancelled;

        private Timer(long atNanos, Child child, Runnable action) {
            this.atNanos = atNanos;
            this.child = child;
            this.action = action;
        }

        void cancel() {
            cancelled = true;
        }
    }

    private static final class LoopThread extends Thread {
        LoopThread(Runnable loop, String name) {
            super(loop, name);
            setDaemon(true);
        }
    }
}
