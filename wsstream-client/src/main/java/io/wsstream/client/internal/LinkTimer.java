package io.wsstream.client.internal;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one timer of all connections in this JVM.
 *
 * <p><b>Threads:</b> one, {@code wsstream-timer}, daemon; it ends some seconds after the last connection. <b>Blocking:</b>
 * nothing that runs here may block; writes to a {@link SocketLink} from here are queued.
 */
public final class LinkTimer {
    private static final Logger LOG = LoggerFactory.getLogger(LinkTimer.class);
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private LinkTimer() {}

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(1, work -> new LinkThread(work, "wsstream-timer"));
        timer.setKeepAliveTime(2, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /**
     * Runs something at once, on the timer's thread.
     *
     * @param work must not block
     */
    public static void soon(Runnable work) {
        TIMER.execute(guarded(work));
    }

    /**
     * Runs something once, later.
     *
     * @param delay from now
     * @param work must not block
     * @return cancels it
     */
    public static Future<?> after(Duration delay, Runnable work) {
        return TIMER.schedule(guarded(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs something again and again, {@code period} apart, until it is cancelled. */
    static Future<?> every(Duration period, Runnable work) {
        return TIMER.scheduleAtFixedRate(guarded(work), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error bug) {
                LOG.warn("a timed action of a connection failed", bug);
            }
        };
    }
}
