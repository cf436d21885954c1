package io.wsstream.conformance.docs.examples;

import io.wsstream.core.Channel;
import io.wsstream.server.exec.ExecSession;
import io.wsstream.server.exec.ExecTarget;
import java.nio.ByteBuffer;

public class Echo implements ExecTarget {
    @Override
    public void open(ExecSession session) {
        session.start(new ExecSession.Client() {
            @Override
            public void onInput(ByteBuffer bytes) {
                if (session.isWritable()) {
                    session.send(Channel.STDOUT, bytes);
                }
            }

            @Override
            public void onWritable() {
                session.drainInput();
            }

            @Override
            public void onInputEnd() {
                session.exit(0);
            }

            @Override
            public void onGone() {
                session.exit(1);
            }
        });
    }
}
