package io.wsstream.core.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wsstream.core.ExecResult;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import org.junit.jupiter.api.Tag;

@Tag("fuzz")
class StatusCodecFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void readsAStatusOrSaysWhyNot(FuzzedDataProvider data) {
        Subprotocol subprotocol = data.pickValue(Subprotocol.values());
        byte[] payload = data.consumeRemainingAsBytes();
        try {
            ExecResult result = StatusCodec.decode(subprotocol, payload);
            if (result.describe() == null || result instanceof ExecResult.NoStatus) {
                throw new AssertionError("no result");
            }
            Status parsed = subprotocol.hasJsonStatus() ? StatusCodec.parse(payload) : Status.success();
            if (!StatusCodec.parse(StatusCodec.encode(Subprotocol.V4, parsed)).equals(parsed)) {
                throw new AssertionError("what was read is written otherwise: " + parsed);
            }
        } catch (ProtocolViolationException refused) {
            if (!subprotocol.hasJsonStatus()) {
                throw new AssertionError("before v4 any text will do", refused);
            }
        }
    }
}
