package io.wsstream.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Carries an output of the command to one of this process, as it comes. When the local one is closed, the rest is dropped.
 *
 * <p><b>Threads:</b> one of its own, daemon, until the output ends. <b>Blocking:</b> that thread only, but for {@link
 * #join}. <b>Memory:</b> one buffer.
 */
final class OutputPump {
    private static final int BYTES = 64 * 1024;

    private final InputStream from;
    private final OutputStream to;
    private final Thread thread;
    private volatile boolean broken;
    private Runnable onBroken = () -> {};

    OutputPump(InputStream from, OutputStream to, String name) {
        this.from = from;
        this.to = to;
        this.thread = new Thread(this::pump, name);
        this.thread.setDaemon(true);
    }

    /** What to do when the local output was closed; before {@link #start}. */
    void onBroken(Runnable action) {
        onBroken = action;
    }

    void start() {
        thread.start();
    }

    /** Waits until all that came is written. */
    void join() throws InterruptedException {
        thread.join();
    }

    boolean isBroken() {
        return broken;
    }

    private void pump() {
        byte[] bytes = new byte[BYTES];
        try (from) {
            for (int count = from.read(bytes); count >= 0; count = from.read(bytes)) {
                if (!write(bytes, count)) {
                    return;
                }
            }
        } catch (IOException closed) {
            // The session ended on this side, and its result says why.
        }
    }

    private boolean write(byte[] bytes, int count) {
        try {
            to.write(bytes, 0, count);
            to.flush();
            return true;
        } catch (IOException brokenPipe) {
            broken = true;
            onBroken.run();
            return false;
        }
    }
}
