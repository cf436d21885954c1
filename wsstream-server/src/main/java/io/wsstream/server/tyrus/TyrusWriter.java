package io.wsstream.server.tyrus;

import java.nio.ByteBuffer;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;

/**
 * What Tyrus may write on a connection whose frames are ours: nothing. Its Close is done by the session's own end, in
 * its order; anything else would break into the channels, so its sender is told.
 */
final class TyrusWriter extends Writer {
    private static final int CLOSE_FRAME = 0x88;

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> handler) {
        boolean close = frame.hasRemaining() && (frame.get(frame.position()) & 0xFF) == CLOSE_FRAME;
        frame.position(frame.limit());
        if (handler == null) {
            return;
        }
        if (close) {
            handler.completed(frame);
        } else {
            handler.failed(new IllegalStateException(
                    "this WebSocket carries channels; send through the session that was given to the target"));
        }
    }

    @Override
    public void close() {}
}
