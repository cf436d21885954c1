package io.wsstream.core.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.channel.ResizeDecoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** No exception at all; and the sizes are the same however they are cut. */
@Tag("fuzz")
class ResizeDecoderFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void takesWhateverComes(FuzzedDataProvider data) {
        int cut = data.consumeInt(0, 200);
        byte[] bytes = data.consumeRemainingAsBytes();
        List<TerminalSize> whole = new ArrayList<>();
        List<TerminalSize> inTwo = new ArrayList<>();
        ResizeDecoder one = new ResizeDecoder(whole::add);
        ResizeDecoder two = new ResizeDecoder(inTwo::add);
        int at = Math.min(cut, bytes.length);

        boolean alive = one.decode(ByteBuffer.wrap(bytes));
        boolean aliveInTwo = two.decode(ByteBuffer.wrap(bytes, 0, at));
        aliveInTwo &= two.decode(ByteBuffer.wrap(bytes, at, bytes.length - at));

        if (alive != aliveInTwo || !whole.equals(inTwo)) {
            throw new AssertionError(whole + " and " + inTwo + ", alive " + alive + " and " + aliveInTwo);
        }
        if (!one.decode(ByteBuffer.allocate(0)) || (!alive && !one.decode(ByteBuffer.wrap(new byte[] {'{'})))) {
            throw new AssertionError("the end is told twice");
        }
    }
}
