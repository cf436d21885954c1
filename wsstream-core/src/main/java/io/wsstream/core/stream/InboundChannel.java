package io.wsstream.core.stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the peer sends on one channel, on its way to a {@link ByteSink}. What the sink does not take waits in a bounded
 * queue; when that is full the connection stops reading.
 *
 * <p>The queue may pass its bound by what one read of the connection brought, since that is already there.
 *
 * <p><b>Threads:</b> the connection's reader feeds it, the sink's owner calls {@link #drain}; the sink is called by one
 * of them at a time. <b>Blocking:</b> none. <b>Memory:</b> the bound, and one read.
 */
public final class InboundChannel implements ByteSource {
    private final ReadGate gate;

    /** Protects the queue and the flags; only the gate's lock is taken under it, and the sink is never called. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final BoundedByteQueue queue;

    @GuardedBy("lock")
    private @Nullable ByteSink sink;

    /** Some thread is inside the sink; others leave their work to it. */
    @GuardedBy("lock")
    private boolean busy;

    /** The busy thread is to look again before it leaves. */
    @GuardedBy("lock")
    private boolean again;

    @GuardedBy("lock")
    private boolean gateShut;

    @GuardedBy("lock")
    private boolean ended;

    @GuardedBy("lock")
    private boolean endGiven;

    @GuardedBy("lock")
    private boolean discarding;

    InboundChannel(int limitBytes, ReadGate gate) {
        this.queue = new BoundedByteQueue(limitBytes);
        this.gate = gate;
    }

    @Override
    public void deliverTo(ByteSink newSink) {
        synchronized (lock) {
            if (sink != null) {
                throw new IllegalStateException("this channel has a sink already");
            }
            sink = newSink;
        }
        drain();
    }

    @Override
    public void drain() {
        synchronized (lock) {
            if (busy) {
                again = true;
                return;
            }
            busy = true;
        }
        run();
    }

    @Override
    public boolean readHere() {
        return gate.readHere();
    }

    @Override
    public void discard() {
        synchronized (lock) {
            discarding = true;
            queue.clear();
            openGateIfLow();
        }
    }

    /** {@return whether the peer has ended this channel and all it sent was taken} */
    public boolean isExhausted() {
        synchronized (lock) {
            return ended && queue.isEmpty();
        }
    }

    /** {@return how many bytes wait for the sink} */
    long waitingBytes() {
        synchronized (lock) {
            return queue.bytes();
        }
    }

    /** Takes what the peer sent. Only the connection's reader calls this. */
    void onData(ByteBuffer bytes) {
        ByteSink direct;
        synchronized (lock) {
            if (discarding || ended || !bytes.hasRemaining()) {
                return;
            }
            direct = sink;
            if (busy || direct == null || !queue.isEmpty()) {
                queue.add(bytes);
                shutGateIfFull();
                return;
            }
            busy = true;
        }
        giveTo(direct, bytes);
        if (bytes.hasRemaining()) {
            synchronized (lock) {
                if (!discarding) {
                    queue.add(bytes);
                    shutGateIfFull();
                }
            }
        }
        leaveOrRun();
    }

    /**
     * No more comes: the peer has ended, or its connection, or the owner of this side wants no more. The sink gets what
     * waits, and then the end; what comes after this call is dropped. Later calls do nothing.
     */
    public void end() {
        synchronized (lock) {
            ended = true;
        }
        drain();
    }

    private void giveTo(ByteSink to, ByteBuffer bytes) {
        boolean taken = false;
        try {
            to.accept(bytes);
            taken = true;
        } finally {
            if (!taken) {
                synchronized (lock) {
                    busy = false; // The sink failed; let the end of the channel reach it all the same.
                }
            }
        }
    }

    /** After a direct delivery: looks at the queue only if somebody asked for it meanwhile. */
    private void leaveOrRun() {
        synchronized (lock) {
            if (!again && !(ended && queue.isEmpty())) {
                busy = false;
                return;
            }
        }
        run();
    }

    /** Gives the sink what waits until it takes no more; the caller has set {@code busy}. */
    private void run() {
        while (true) {
            ByteSink to;
            ByteBuffer head;
            int before;
            boolean end;
            synchronized (lock) {
                again = false;
                to = sink;
                head = queue.head();
                end = head == null && ended && !endGiven && !discarding && to != null;
                if (to == null || discarding || (head == null && !end)) {
                    busy = false;
                    return;
                }
                endGiven |= end;
                before = head == null ? 0 : head.remaining();
                if (head != null) {
                    // A view of its own, so that bytes may be added to the piece meanwhile.
                    head = head.duplicate();
                }
            }
            if (head == null) {
                to.end();
                continue;
            }
            giveTo(to, head);
            int taken = before - head.remaining();
            synchronized (lock) {
                if (!discarding) {
                    ByteBuffer piece = queue.head();
                    if (piece != null) {
                        piece.position(piece.position() + taken);
                        queue.consumed(taken);
                    }
                    openGateIfLow();
                }
                if (head.hasRemaining() && !again) {
                    busy = false;
                    return;
                }
            }
        }
    }

    @GuardedBy("lock")
    private void shutGateIfFull() {
        if (!gateShut && queue.isFull()) {
            gateShut = true;
            gate.channelFull();
        }
    }

    @GuardedBy("lock")
    private void openGateIfLow() {
        if (gateShut && queue.isLow()) {
            gateShut = false;
            gate.channelLow();
        }
    }
}
