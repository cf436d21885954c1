package io.wsstream.client.internal;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A thread that connections depend on, and which therefore never waits for a socket to take bytes: readers, writers of
 * queued frames, and the timer. {@link SocketLink#write} asks for it.
 *
 * <p>A thread whose work is over is kept for the next connection: to start one took a third of a millisecond, and a
 * connection needs three.
 *
 * <p><b>Threads:</b> daemons, as many as there is work at once, named by it; {@value #IDLE_NAME} ends after {@value
 * #IDLE_MILLIS} ms without any.
 */
final class LinkThread extends Thread {
    private static final String IDLE_NAME = "wsstream-idle";
    private static final int IDLE_MILLIS = 500;
    private static final ThreadPoolExecutor KEPT = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_MILLIS,
            TimeUnit.MILLISECONDS,
            new SynchronousQueue<>(),
            worker -> new LinkThread(worker, IDLE_NAME));

    LinkThread(Runnable work, String name) {
        super(null, work, name, 0, false); // A kept thread must not hold what its first caller has in thread locals.
        setDaemon(true);
    }

    /**
     * Runs work on a thread of its own, with the context class loader of the caller, as a new thread would.
     *
     * @param work may take as long as it likes
     * @param name of the thread meanwhile
     */
    static void start(Runnable work, String name) {
        ClassLoader loader = currentThread().getContextClassLoader();
        KEPT.execute(() -> {
            Thread thread = currentThread();
            thread.setName(name);
            thread.setContextClassLoader(loader);
            try {
                work.run();
            } finally {
                thread.setContextClassLoader(LinkThread.class.getClassLoader());
                thread.setName(IDLE_NAME);
            }
        });
    }
}
