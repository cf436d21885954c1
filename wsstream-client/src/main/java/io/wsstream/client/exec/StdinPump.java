package io.wsstream.client.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries an {@link InputStream} of the caller's to stdin, as it comes, and ends stdin at its end.
 *
 * <p><b>Threads:</b> one, {@code wsstream-stdin-HOST:PORT}, daemon; interrupted when the session ends. A stream whose read
 * ignores interrupts, such as the process's own stdin, keeps it until that read returns. <b>Blocking:</b> in the source,
 * and while the connection is full. <b>Memory:</b> one buffer.
 */
final class StdinPump {
    private static final Logger LOG = LoggerFactory.getLogger(StdinPump.class);
    private static final int BYTES = 32 * 1024;

    private final InputStream source;
    private final boolean closesSource;
    private final OutputStream stdin;
    private final ExecSession session;
    private final Thread thread;

    StdinPump(InputStream source, boolean closesSource, OutputStream stdin, ExecSession session, String peer) {
        this.source = source;
        this.closesSource = closesSource;
        this.stdin = stdin;
        this.session = session;
        this.thread = new Thread(this::pump, "wsstream-stdin-" + peer);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    private void pump() {
        try {
            byte[] bytes = new byte[BYTES];
            while (!session.isEnded()) {
                int count;
                try {
                    count = source.read(bytes);
                } catch (IOException | RuntimeException | Error unreadable) {
                    // An upload that is cut must not look like one that is complete.
                    session.cancel(new SessionCancelledException(
                            "cancelled: reading stdin failed: "
                                    + (unreadable instanceof IOException ? unreadable.getMessage() : unreadable),
                            unreadable));
                    return;
                }
                if (count < 0) {
                    stdin.close();
                    return;
                }
                stdin.write(bytes, 0, count);
            }
        } catch (HalfCloseUnsupportedException open) {
            session.cancel(open);
        } catch (IOException ended) {
            LOG.debug("stdin ended before its source", ended);
        } finally {
            closeSource();
        }
    }

    private void closeSource() {
        if (closesSource) {
            try {
                source.close();
            } catch (IOException nothingToBeDone) {
                LOG.debug("closing the source of stdin", nothingToBeDone);
            }
        }
    }
}
