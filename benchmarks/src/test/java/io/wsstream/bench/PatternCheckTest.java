package io.wsstream.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PatternCheckTest {
    private final PatternCheck check = new PatternCheck(700);
    private final byte[] right = Pattern.frame(700);

    @Test
    void thePatternInAnyPiecesEndsWithItsLastByte() throws Exception {
        assertThat(check.take(ByteBuffer.wrap(right, 0, 300))).isFalse();
        assertThat(check.take(ByteBuffer.wrap(right, 300, 399))).isFalse();
        assertThat(check.take(ByteBuffer.wrap(right, 699, 1))).isTrue();
    }

    @Test
    void aMissingByteMakesTheNextOneWrong() throws Exception {
        check.take(ByteBuffer.wrap(right, 0, 300));

        assertThatThrownBy(() -> check.take(ByteBuffer.wrap(right, 301, 10)))
                .isInstanceOf(IOException.class)
                .hasMessage("byte 300 is wrong");
    }

    @Test
    void aByteTooManyIsAFault() throws Exception {
        byte[] more = Pattern.frame(701);

        assertThatThrownBy(() -> check.take(ByteBuffer.wrap(more)))
                .isInstanceOf(IOException.class)
                .hasMessage("701 bytes came, expected 700");
    }
}
