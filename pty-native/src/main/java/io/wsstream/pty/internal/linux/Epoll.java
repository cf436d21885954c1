package io.wsstream.pty.internal.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.wsstream.pty.internal.posix.Descriptors;
import io.wsstream.pty.internal.posix.Layout;
import io.wsstream.pty.internal.posix.Polling;
import io.wsstream.pty.internal.posix.SystemCallException;

/**
 * One epoll descriptor, level-triggered, with a wake-up that any thread may ring.
 *
 * <p><b>Threads:</b> all but {@link #wake()} belong to the loop thread.
 */
public final class Epoll {
    public static final int IN = 1;
    public static final int OUT = 4;
    public static final int ERR = 8;
    public static final int HUP = 16;
    /** The key of the wake-up; keys of others are 0 and more. */
    private static final long WAKE_KEY = -1;

    private static final int CTL_ADD = 1;
    private static final int CTL_DEL = 2;
    private static final int CTL_MOD = 3;
    private static final int MAX_EVENTS = 256;

    private final Layout layout;
    private final int epollFd;
    private final int wakeFd;
    private final Memory events;
    private final Memory scratch;
    /** Eight bytes for reading the wake-up, eight that hold a 1 for ringing it. */
    private final Memory counter;

    private Epoll(Layout layout, int epollFd, int wakeFd) {
        this.layout = layout;
        this.epollFd = epollFd;
        this.wakeFd = wakeFd;
        this.events = new Memory((long) layout.epollEventBytes() * MAX_EVENTS);
        this.scratch = new Memory(layout.epollEventBytes());
        this.counter = new Memory(16);
        counter.setLong(8, 1);
    }

    /** {@return an epoll descriptor with its wake-up; two descriptors} */
    public static Epoll open(Layout layout) throws SystemCallException {
        int epollFd = Polling.epollCreate();
        int wakeFd;
        try {
            wakeFd = Polling.eventFd();
        } catch (SystemCallException e) {
            Descriptors.close(epollFd);
            throw e;
        }
        Epoll epoll = new Epoll(layout, epollFd, wakeFd);
        int errno = epoll.add(wakeFd, IN, WAKE_KEY);
        if (errno != 0) {
            epoll.close();
            throw new SystemCallException("epoll_ctl", errno);
        }
        return epoll;
    }

    /** {@return 0 or the errno} */
    public int add(int fd, int interest, long key) {
        return control(CTL_ADD, fd, interest, key);
    }

    /** {@return 0 or the errno} */
    public int modify(int fd, int interest, long key) {
        return control(CTL_MOD, fd, interest, key);
    }

    /** Takes it out. Also needed before close: a child that is being forked elsewhere may still hold the file open. */
    public void remove(int fd) {
        var unused = control(CTL_DEL, fd, 0, 0);
    }

    /**
     * Waits for events; the wake-up is swallowed.
     *
     * @param timeoutMillis -1 waits for ever
     * @return how many events {@link #key} and {@link #ready} can be asked for; a swallowed wake-up has key -1
     */
    public int await(int timeoutMillis) {
        int n = Polling.epollWait(epollFd, Pointer.nativeValue(events), MAX_EVENTS, timeoutMillis);
        for (int i = 0; i < n; i++) {
            if (key(i) == WAKE_KEY) {
                var unused = Descriptors.read(wakeFd, Pointer.nativeValue(counter), 8);
            }
        }
        return n;
    }

    /** {@return the key of event {@code i}} */
    public long key(int i) {
        return events.getLong((long) i * layout.epollEventBytes() + layout.epollDataOffset());
    }

    /** {@return the ready bits of event {@code i}} */
    public int ready(int i) {
        return events.getInt((long) i * layout.epollEventBytes());
    }

    /** Ends the wait, from any thread. Not to be called after {@link #close()}. */
    public void wake() {
        var unused = Descriptors.write(wakeFd, Pointer.nativeValue(counter) + 8, 8);
    }

    /** Closes both descriptors. */
    public void close() {
        Descriptors.close(wakeFd);
        Descriptors.close(epollFd);
        events.close();
        scratch.close();
        counter.close();
    }

    private int control(int operation, int fd, int interest, long key) {
        scratch.setInt(0, interest);
        scratch.setLong(layout.epollDataOffset(), key);
        return Polling.epollControl(epollFd, operation, fd, Pointer.nativeValue(scratch));
    }
}
