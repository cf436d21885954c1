package io.wsstream.client.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The open sessions of a client, to be closed with it.
 *
 * <p><b>Threads:</b> any.
 */
public final class OpenSessions {
    /** Protects the set; nothing is called under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Set<Runnable> cancels = new HashSet<>();

    @GuardedBy("lock")
    private boolean closed;

    /** No sessions yet. */
    public OpenSessions() {}

    /** Refuses when the client was closed. */
    public void check() {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the client was closed");
            }
        }
    }

    /**
     * Adds a session; when the client was closed meanwhile it is cancelled at once.
     *
     * @param cancel ends it without blocking
     */
    public void add(Runnable cancel) {
        synchronized (lock) {
            if (!closed) {
                cancels.add(cancel);
                return;
            }
        }
        cancel.run();
    }

    /**
     * A session has ended.
     *
     * @param cancel what was added
     */
    public void remove(Runnable cancel) {
        synchronized (lock) {
            cancels.remove(cancel);
        }
    }

    /** Cancels all. */
    public void close() {
        List<Runnable> all;
        synchronized (lock) {
            closed = true;
            all = List.copyOf(cancels);
            cancels.clear();
        }
        all.forEach(Runnable::run);
    }
}
