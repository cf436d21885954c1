package io.wsstream.core.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.websocket.CloseCode;
import io.wsstream.core.websocket.FrameDecoder;
import io.wsstream.core.websocket.Role;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Tag;

@Tag("fuzz")
class FrameDecoderFuzzTest {
    private static final int LIMIT = 1 << 16;

    @FuzzTest(maxDuration = "3s")
    void refusesOrConsumesEverything(FuzzedDataProvider data) throws WsStreamException {
        Role role = data.pickValue(Role.values());
        Checker events = new Checker();
        FrameDecoder decoder = new FrameDecoder(role, LIMIT, events);
        try {
            while (data.remainingBytes() > 0) {
                ByteBuffer in = ByteBuffer.wrap(data.consumeBytes(1 + data.consumeInt(0, 300)));
                decoder.decode(in);
                check(!in.hasRemaining() || events.closed, "bytes are left");
            }
        } catch (ProtocolViolationException refused) {
            check(CloseCode.isAllowedOnWire(refused.closeCode()), "a code that may not be sent");
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** Knows in which order events may come. */
    private static final class Checker implements FrameDecoder.Handler {
        private boolean inMessage;
        private boolean closed;
        private long messageBytes;

        @Override
        public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
            check(!closed, "a message after the Close");
            check(first != inMessage, "a message begins inside another, or goes on outside one");
            messageBytes = (first ? 0 : messageBytes) + part.remaining();
            check(messageBytes <= LIMIT, "a message over the limit");
            inMessage = !last;
        }

        @Override
        public void onPing(ByteBuffer payload) {
            check(!closed && payload.remaining() <= 125, "a Ping too late or too long");
        }

        @Override
        public void onPong(ByteBuffer payload) {
            check(!closed && payload.remaining() <= 125, "a Pong too late or too long");
        }

        @Override
        public void onClose(int code, String reason) {
            check(!closed, "a second Close");
            check(code == CloseCode.NO_CODE || CloseCode.isAllowedOnWire(code), "a code that may not be sent");
            closed = true;
        }
    }
}
