package io.wsstream.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.docs.examples.OnTerminal;
import org.junit.jupiter.api.Test;

/** docs/howto/processes.md does what it says. */
class OnTerminalTest {
    @Test
    void aProgramHasATerminalOfTheSizeAndItsCodeArrives() throws Exception {
        assertThat(OnTerminal.run("sh", "-c", "cat; stty size; exit 3")).isEqualTo("3: 43 132\r\n");
    }
}
