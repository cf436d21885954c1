package io.wsstream.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuotedTest {
    @Test
    void escapesWhatWouldBreakOutOfALine() {
        assertThat(Quoted.of("a\"b\\c\nd\u0000e\u007f")).isEqualTo("\"a\\\"b\\\\c\\x0ad\\x00e\\x7f\"");
    }

    @Test
    void cutsWhatIsLong() {
        assertThat(Quoted.of("x".repeat(100))).isEqualTo("\"" + "x".repeat(100) + "\"");
        assertThat(Quoted.of("\u0000".repeat(1000))).isEqualTo("\"" + "\\x00".repeat(25) + "...\"");
        assertThat(Quoted.of("x".repeat(101))).isEqualTo("\"" + "x".repeat(100) + "...\"");
    }
}
