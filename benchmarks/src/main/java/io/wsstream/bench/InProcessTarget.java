package io.wsstream.bench;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.Channel;
import io.wsstream.core.status.Status;
import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.server.exec.ExecSession;
import io.wsstream.server.exec.ExecTarget;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A target without processes, so that what is measured is the server: {@code source BYTES FRAME}, {@code sink [sha256]}
 * and {@code echo}. Other commands go to the next target.
 *
 * <p><b>Threads:</b> a source has one of its own; the others act on the server's.
 */
final class InProcessTarget implements ExecTarget {
    private final ExecTarget next;

    InProcessTarget(ExecTarget next) {
        this.next = next;
    }

    @Override
    public void open(ExecSession session) {
        List<String> command = session.request().command();
        switch (command.get(0)) {
            case "source" ->
                new Source(session, Long.parseLong(command.get(1)), Integer.parseInt(command.get(2))).begin();
            case "sink" -> session.start(new Sink(session, command.contains("sha256")));
            case "echo" -> session.start(new Echo(session));
            default -> next.open(session);
        }
    }

    /** Sends as fast as it may, from buffers that it gets back. */
    private static final class Source implements ExecSession.Client, Runnable {
        private final ExecSession session;
        private final long bytes;
        private final byte[] pattern;
        private final Object lock = new Object();

        @GuardedBy("lock")
        private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

        @GuardedBy("lock")
        private boolean gone;

        Source(ExecSession session, long bytes, int frameBytes) {
            this.session = session;
            this.bytes = bytes;
            this.pattern = Pattern.frame(frameBytes);
        }

        void begin() {
            session.start(this);
            Thread thread = new Thread(this, "bench-source");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            try {
                for (long left = bytes; left > 0; left -= pattern.length) {
                    ByteBuffer buffer = take();
                    if (buffer == null) {
                        break;
                    }
                    buffer.limit(ChannelConnection.HEADROOM + (int) Math.min(left, pattern.length))
                            .position(ChannelConnection.HEADROOM);
                    session.send(Channel.STDOUT, buffer, ChannelConnection.HEADROOM, () -> giveBack(buffer));
                }
                session.exit(0);
            } catch (InterruptedException interrupted) {
                session.fail(Status.internalError("interrupted"));
            }
        }

        private @Nullable ByteBuffer take() throws InterruptedException {
            synchronized (lock) {
                while (!gone && !session.isWritable()) {
                    lock.wait();
                }
                if (gone) {
                    return null;
                }
                ByteBuffer buffer = free.pollLast();
                if (buffer != null) {
                    return buffer;
                }
            }
            ByteBuffer fresh = ByteBuffer.allocateDirect(ChannelConnection.HEADROOM + pattern.length);
            fresh.position(ChannelConnection.HEADROOM).put(pattern);
            return fresh;
        }

        private void giveBack(ByteBuffer buffer) {
            synchronized (lock) {
                free.addLast(buffer.clear());
            }
        }

        @Override
        public void onWritable() {
            synchronized (lock) {
                lock.notifyAll();
            }
        }

        @Override
        public void onGone() {
            synchronized (lock) {
                gone = true;
                lock.notifyAll();
            }
        }

        @Override
        public void onInput(ByteBuffer input) {
            input.position(input.limit());
        }

        @Override
        public void onInputEnd() {}
    }

    /** Counts stdin and tells the count at its end. */
    private static final class Sink implements ExecSession.Client {
        private final ExecSession session;
        private final @Nullable MessageDigest digest;
        private long count; // one call at a time

        Sink(ExecSession session, boolean sha256) {
            this.session = session;
            this.digest = sha256 ? Pattern.sha256() : null;
        }

        @Override
        public void onInput(ByteBuffer bytes) {
            count += bytes.remaining();
            if (digest != null) {
                digest.update(bytes);
            }
            bytes.position(bytes.limit());
        }

        @Override
        public void onInputEnd() {
            String report = digest == null ? count + "\n" : count + " " + Pattern.hex(digest) + "\n";
            session.send(Channel.STDOUT, ByteBuffer.wrap(report.getBytes(StandardCharsets.UTF_8)), 0, null);
            session.exit(0);
        }

        @Override
        public void onGone() {
            session.exit(1);
        }
    }

    /** Sends back what comes. */
    private static final class Echo implements ExecSession.Client {
        private final ExecSession session;

        Echo(ExecSession session) {
            this.session = session;
        }

        @Override
        public void onInput(ByteBuffer bytes) {
            ByteBuffer copy = ByteBuffer.allocate(ChannelConnection.HEADROOM + bytes.remaining());
            copy.position(ChannelConnection.HEADROOM).put(bytes).position(ChannelConnection.HEADROOM);
            session.send(Channel.STDOUT, copy, ChannelConnection.HEADROOM, null);
        }

        @Override
        public void onInputEnd() {
            session.exit(0);
        }

        @Override
        public void onGone() {
            session.exit(1);
        }
    }
}
