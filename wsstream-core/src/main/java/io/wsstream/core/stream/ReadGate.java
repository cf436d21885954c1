package io.wsstream.core.stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.transport.Transport;

/**
 * Stops the connection from reading while any of its channels is full, and lets it read again when all are low.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> none.
 */
final class ReadGate {
    private final Transport transport;

    /** Keeps the order of pause and resume; a leaf: the transport only flips a flag. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private int fullChannels;

    ReadGate(Transport transport) {
        this.transport = transport;
    }

    boolean readHere() {
        return transport.readHere();
    }

    void channelFull() {
        synchronized (lock) {
            if (fullChannels++ == 0) {
                transport.pauseReads();
            }
        }
    }

    void channelLow() {
        synchronized (lock) {
            if (--fullChannels == 0) {
                transport.resumeReads();
            }
        }
    }
}
