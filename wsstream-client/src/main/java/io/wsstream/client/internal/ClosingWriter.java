package io.wsstream.client.internal;

import io.wsstream.core.websocket.CloseCode;
import io.wsstream.core.websocket.WebSocketTransport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;

/**
 * What Tyrus writes to. A Close frame becomes the transport's Close, in order after all data; anything else is refused,
 * for it would stand between the frames of a channel protocol it knows nothing of. After the end all is dropped.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> none.
 */
final class ClosingWriter extends Writer {
    private static final int CLOSE = 0x88;

    private final WebSocketTransport transport;
    private volatile boolean closed;

    ClosingWriter(WebSocketTransport transport) {
        this.transport = transport;
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> handler) {
        if (!closed && frame.remaining() >= 2 && (frame.get(frame.position()) & 0xFF) == CLOSE) {
            closed = true;
            closeAs(frame.duplicate());
        } else if (!closed) {
            handler.failed(new UnsupportedOperationException(
                    "this Session carries the channels of an exec; write to the ExecSession instead"));
            return;
        }
        handler.completed(frame);
    }

    private void closeAs(ByteBuffer frame) {
        frame.get();
        byte[] payload = new byte[frame.get() & 0x7F];
        byte[] mask = new byte[4];
        frame.get(mask);
        frame.get(payload);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
        if (payload.length < 2) {
            transport.close(CloseCode.NORMAL, "");
        } else {
            transport.close(
                    (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF),
                    new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
