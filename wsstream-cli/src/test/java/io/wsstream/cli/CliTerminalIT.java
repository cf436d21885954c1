package io.wsstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.TestTerminal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ./wsstream exec -it}. */
class CliTerminalIT extends TerminalIT {
    @Override
    List<String> tool() {
        return List.of(Surroundings.launcher().toString());
    }

    @Test
    void sigtermRestoresTheTerminalAndEndsTheCommand() throws Exception {
        try (TestTerminal terminal = terminal(80, 24, "sh", "-c", "echo ready; exec sleep 1000")) {
            terminal.awaitShown("ready");
            List<ProcessHandle> there = server.below();
            terminal.program().destroy();

            assertThat(terminal.awaitExit()).as(terminal.shown()).isEqualTo(143);
            assertThat(there).isNotEmpty();
            Processes.awaitGone(there, Duration.ofSeconds(15));
        }
    }

    @Test
    void aRefusalLeavesTheTerminalAlone() throws Exception {
        try (TestTerminal terminal = Surroundings.terminal(
                home,
                80,
                24,
                Program.line(
                        tool(),
                        "exec",
                        "-it",
                        "--kubeconfig",
                        server.kubeconfig().toString(),
                        "none",
                        "--",
                        "sh"))) {
            assertThat(terminal.awaitExit()).as(terminal.shown()).isEqualTo(1);
            assertThat(terminal.shown()).startsWith("error: ").contains("pods \"none\" not found");
        }
    }

    @Test
    void onATerminalWithoutTtyTheEndOfInputIsTheTypistsToGive() throws Exception {
        try (TestTerminal terminal = Surroundings.terminal(
                home,
                80,
                24,
                Program.line(
                        tool(),
                        "exec",
                        "-i",
                        "--kubeconfig",
                        server.kubeconfig().toString(),
                        "local",
                        "--",
                        "wc",
                        "-c"))) {
            terminal.type("four\r").awaitShown("four\r\n").type(TestTerminal.CTRL_D);

            assertThat(terminal.awaitExit()).as(terminal.shown()).isZero();
            assertThat(terminal.shown()).contains("\r\n5\r\n");
        }
    }
}
