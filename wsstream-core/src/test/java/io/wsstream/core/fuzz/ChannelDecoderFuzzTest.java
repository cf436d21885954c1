package io.wsstream.core.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.channel.ChannelDecoder;
import io.wsstream.core.websocket.CloseCode;
import io.wsstream.core.websocket.Role;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Tag;

/** Raw and base64, on either side. */
@Tag("fuzz")
class ChannelDecoderFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void refusesOrConsumesEveryMessage(FuzzedDataProvider data) {
        Subprotocol subprotocol = data.pickValue(Subprotocol.values());
        Role role = data.pickValue(Role.values());
        int channels = data.consumeInt(0, subprotocol.codec().maxChannels());
        ChannelDecoder decoder = new ChannelDecoder(subprotocol, channels, role, new Checker(channels));
        try {
            boolean first = true;
            while (data.remainingBytes() > 0) {
                boolean last = data.consumeBoolean();
                ByteBuffer part = ByteBuffer.wrap(data.consumeBytes(data.consumeInt(0, 40)));
                decoder.decode(part, first, last);
                check(!part.hasRemaining(), "bytes are left");
                first = last;
            }
        } catch (ProtocolViolationException refused) {
            check(subprotocol.hasClose() && role == Role.SERVER, "a refusal where there is no CLOSE");
            check(refused.closeCode() == CloseCode.PROTOCOL_ERROR, "another code than 1002");
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private record Checker(int channels) implements ChannelDecoder.Handler {
        @Override
        public void onData(int channel, ByteBuffer payload) {
            check(channel >= 0 && channel < channels, "a channel that does not exist");
            payload.get(new byte[payload.remaining()]);
        }

        @Override
        public void onClose(int channel) {
            check(channel >= 0 && channel < channels, "CLOSE of a channel that does not exist");
        }

        @Override
        public void onIgnored(String why, int bytes) {
            check(!why.isEmpty() && bytes >= 0, "nothing said");
        }
    }
}
