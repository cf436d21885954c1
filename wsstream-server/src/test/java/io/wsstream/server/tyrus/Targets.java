package io.wsstream.server.tyrus;

import io.wsstream.core.Channel;
import io.wsstream.server.exec.ExecSession;
import io.wsstream.server.exec.ExecTarget;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Targets that need no process. */
public final class Targets {
    private Targets() {}

    /** A client whose methods do nothing but let the session end. */
    public static class Quiet implements ExecSession.Client {
        protected final ExecSession session;
        public final AtomicInteger gone = new AtomicInteger();
        public final AtomicInteger inputEnds = new AtomicInteger();

        public Quiet(ExecSession session) {
            this.session = session;
        }

        @Override
        public void onInput(ByteBuffer bytes) {
            bytes.position(bytes.limit());
        }

        @Override
        public void onInputEnd() {
            inputEnds.incrementAndGet();
        }

        @Override
        public void onGone() {
            gone.incrementAndGet();
            session.exit(137);
        }
    }

    /** Ends at once with 0. */
    public static ExecTarget ends() {
        return session -> session.exit(0);
    }

    /** Does nothing until the client is gone. */
    public static ExecTarget waits() {
        return session -> session.start(new Quiet(session));
    }

    /** Sends back what comes and ends with the input. */
    public static class Echo extends Quiet {
        public Echo(ExecSession session) {
            super(session);
        }

        @Override
        public void onInput(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            session.send(Channel.STDOUT, ByteBuffer.wrap(copy), 0, null);
        }

        @Override
        public void onInputEnd() {
            super.onInputEnd();
            session.exit(0);
        }
    }

    /** Sends back what comes and ends with the input. */
    public static ExecTarget echo() {
        return session -> session.start(new Echo(session));
    }

    public static void print(ExecSession session, String text) {
        session.send(Channel.STDOUT, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0, null);
    }
}
