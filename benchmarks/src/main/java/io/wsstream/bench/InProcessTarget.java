package io.wsstream.bench;

import io.wsstream.core.Channel;
import io.wsstream.core.stream.ChannelConnection;
import io.wsstream.server.exec.ExecSession;
import io.wsstream.server.exec.ExecTarget;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A target without processes, so that what is measured is the server: {@code source BYTES FRAME}, {@code sink [sha256]
 * [BYTES]} and {@code echo}. Other commands go to the next target.
 *
 * <p><b>Threads:</b> sources share some; the others act on the server's.
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
            case "source" -> {
                Source source = new Source(session, Long.parseLong(command.get(1)), Integer.parseInt(command.get(2)));
                session.start(source);
                source.onWritable();
            }
            case "sink" -> session.start(new Sink(session, command));
            case "echo" -> session.start(new Echo(session));
            default -> next.open(session);
        }
    }

    /** Sends as fast as it may, from buffers that it gets back; in turns, so that many share few threads. */
    private static final class Source implements ExecSession.Client, Runnable {
        private static final int FRAMES_A_TURN = 16;
        private static final ExecutorService THREADS =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), turn -> {
                    Thread thread = new Thread(turn, "bench-source");
                    thread.setDaemon(true);
                    return thread;
                });

        private final ExecSession session;
        private final byte[] pattern;
        private final Queue<ByteBuffer> free = new ConcurrentLinkedQueue<>();
        /** A turn is under way or to come. */
        private final AtomicBoolean queued = new AtomicBoolean();

        private volatile boolean gone;
        private boolean ended; // who has the turn
        private long left; // who has the turn

        Source(ExecSession session, long bytes, int frameBytes) {
            this.session = session;
            this.left = bytes;
            this.pattern = Pattern.frame(frameBytes);
        }

        @Override
        public void onWritable() {
            if (queued.compareAndSet(false, true)) {
                THREADS.execute(this);
            }
        }

        @Override
        public void run() {
            for (int i = 0; i < FRAMES_A_TURN && left > 0 && !gone && session.isWritable(); i++) {
                ByteBuffer polled = free.poll();
                ByteBuffer buffer = polled != null ? polled : fresh();
                int count = (int) Math.min(left, pattern.length);
                buffer.limit(ChannelConnection.HEADROOM + count).position(ChannelConnection.HEADROOM);
                left -= count;
                session.send(Channel.STDOUT, buffer, ChannelConnection.HEADROOM, () -> free.add(buffer.clear()));
            }
            if (!ended && (left == 0 || gone)) {
                ended = true;
                session.exit(0);
            }
            queued.set(false);
            if (!ended && session.isWritable()) {
                onWritable();
            }
        }

        private ByteBuffer fresh() {
            return ByteBuffer.allocateDirect(ChannelConnection.HEADROOM + pattern.length + ChannelConnection.TAILROOM)
                    .put(ChannelConnection.HEADROOM, pattern);
        }

        @Override
        public void onGone() {
            gone = true;
            onWritable();
        }

        @Override
        public void onInput(ByteBuffer input) {
            input.position(input.limit());
        }

        @Override
        public void onInputEnd() {}
    }

    /** Counts stdin and tells the count at its end, or after so many bytes. */
    private static final class Sink implements ExecSession.Client {
        private final ExecSession session;
        private final @Nullable MessageDigest digest;
        private final long last;
        private long count; // one call at a time

        Sink(ExecSession session, List<String> command) {
            this.session = session;
            this.digest = command.contains("sha256") ? Pattern.sha256() : null;
            String bytes = command.get(command.size() - 1);
            this.last = Character.isDigit(bytes.charAt(0)) ? Long.parseLong(bytes) : Long.MAX_VALUE;
        }

        @Override
        public void onInput(ByteBuffer bytes) {
            count += bytes.remaining();
            if (digest != null) {
                digest.update(bytes);
            }
            bytes.position(bytes.limit());
            if (count >= last) {
                report();
            }
        }

        @Override
        public void onInputEnd() {
            if (count < last) {
                report();
            }
        }

        private void report() {
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
