package io.wsstream.client.exec;

import io.wsstream.core.stream.ClientExec;
import io.wsstream.core.stream.blocking.ChannelOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The command's stdin; closing it is the half-close, where the subprotocol has one.
 *
 * <p><b>Threads:</b> one writer; close from any. <b>Blocking:</b> writes, while the server takes nothing; the end of the
 * session frees them.
 */
final class StdinStream extends OutputStream {
    private final ChannelOutputStream stream;
    private final ClientExec exec;
    private final WithoutHalfClose policy;

    StdinStream(ClientExec exec, WithoutHalfClose policy) {
        this.exec = exec;
        this.policy = policy;
        this.stream = new ChannelOutputStream(exec.connection(), exec::sendStdin, this::halfClose);
    }

    private void halfClose() {
        if (exec.subprotocol().hasClose()) {
            exec.closeStdin();
        }
    }

    @Override
    public void write(int value) throws IOException {
        stream.write(value);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        stream.write(from, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (!exec.subprotocol().hasClose()
                && policy == WithoutHalfClose.REFUSE
                && !exec.connection().isOutputEnded()) {
            throw new HalfCloseUnsupportedException(exec.subprotocol());
        }
        stream.close();
    }
}
