package io.wsstream.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalSizeTest {
    @Test
    void sixteenBitsAreTheRange() {
        assertThat(new TerminalSize(0, 65535)).hasToString("0x65535");
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "0, -1", "65536, 0", "0, 65536"})
    void moreIsAMistakeOfTheCaller(int columns, int rows) {
        assertThatThrownBy(() -> new TerminalSize(columns, rows)).isInstanceOf(IllegalArgumentException.class);
    }
}
