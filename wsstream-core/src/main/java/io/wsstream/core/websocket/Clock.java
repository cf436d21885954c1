package io.wsstream.core.websocket;

import java.time.Duration;

/**
 * When something last happened on a connection: what its bounds are measured from. A bound of zero never passes.
 *
 * <p><b>Threads:</b> {@link #received}, {@link #sent} and {@link #dataMoved} any; the rest one timer.
 */
final class Clock {
    // set by anyone, taken by the timer
    private volatile boolean received;
    private volatile boolean sent;
    private volatile boolean dataMoved;

    // owner: timer thread, all below
    private boolean runs;
    private long now;
    private boolean outputWaits;
    private long lastReceived;
    private long lastSent;
    private long lastData;
    private long stalledSince;
    private long quietSince;
    private long lastPing;
    private long lastPong;
    private long lastTrickle;
    private boolean peerDone;
    private boolean lingering;
    private long lingeringSince;

    /** Bytes came from the peer. */
    void received() {
        received = true;
    }

    /** The network took something of ours. */
    void sent() {
        sent = true;
    }

    /** A message went or came; control frames are none. */
    void dataMoved() {
        dataMoved = true;
    }

    /**
     * Moves on, with what happened since it moved last. The first time is when everything happened.
     *
     * @param newNow in nanoseconds, of whatever origin
     * @param outputIsWaiting whether something waits for the peer to take it
     * @param readsArePaused whether we do not read
     */
    void move(long newNow, boolean outputIsWaiting, boolean readsArePaused) {
        now = newNow;
        outputWaits = outputIsWaiting;
        if (!runs) {
            runs = true;
            lastReceived = now;
            lastSent = now;
            lastData = now;
            stalledSince = now;
            quietSince = now;
            lastPing = now;
            lastPong = now;
            lastTrickle = now;
        }
        boolean progress = sent;
        sent = false;
        if (progress) {
            lastSent = now;
        }
        if (progress || !outputWaits) {
            stalledSince = now;
        }
        if (dataMoved) {
            dataMoved = false;
            lastData = now;
        }
        if (received) {
            received = false;
            lastReceived = now;
            quietSince = now;
        } else if (readsArePaused || outputWaits) { // our Ping stands behind what waits
            quietSince = now;
        }
    }

    /** {@return whether the peer could be heard for so long and said nothing} */
    boolean isSilent(Duration bound) {
        return passed(bound, quietSince);
    }

    /** {@return whether something has waited for so long and the peer took nothing} */
    boolean isStalled(Duration bound) {
        return outputWaits && passed(bound, stalledSince);
    }

    /** {@return whether there was no message for so long} */
    boolean isIdle(Duration bound) {
        return passed(bound, lastData);
    }

    /** {@return whether a Ping is due; it counts as sent} */
    boolean takePing(Duration every) {
        boolean due = passed(every, lastPing);
        lastPing = due ? now : lastPing;
        return due;
    }

    /** {@return whether a Pong is due that nobody asked for; it counts as sent} */
    boolean takePong(Duration every) {
        boolean due = passed(every, lastPong);
        lastPong = due ? now : lastPong;
        return due;
    }

    /** {@return whether a trickle is due; it counts as let in} */
    boolean takeTrickle(Duration every) {
        boolean due = passed(every, lastTrickle);
        lastTrickle = due ? now : lastTrickle;
        return due;
    }

    /** Who has closed, or broken a rule, is not waited for as who only reads slowly: a stall counts from here. */
    void peerIsDone() {
        if (!peerDone) {
            peerDone = true;
            stalledSince = now;
        }
    }

    /** {@return whether, since all of ours is out, nothing moved for so long, or too long has passed in all} */
    boolean hasLingered(Duration quiet, Duration total) {
        if (!outputWaits && !lingering) {
            lingering = true;
            lingeringSince = now;
        }
        boolean isQuiet = passed(quiet, lastReceived) && passed(quiet, lastSent) && passed(quiet, lingeringSince);
        return lingering && (isQuiet || passed(total, lingeringSince));
    }

    private boolean passed(Duration bound, long since) {
        return !bound.isZero() && now - since >= bound.toNanos();
    }
}
