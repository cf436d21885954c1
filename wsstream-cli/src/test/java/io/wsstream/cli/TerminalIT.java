package io.wsstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.TestTerminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code exec -it} means on a real terminal, whichever client does it: each is a subclass, against {@code ./wsstream
 * serve}. That the terminal is left as it was is looked at in each.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TerminalIT {
    Path home;

    ServeProcess server;

    /** The client's command line up to its subcommand. */
    abstract List<String> tool();

    @BeforeAll
    void startServer(@TempDir Path folder) throws Exception {
        home = folder;
        tool();
        server = ServeProcess.start(home);
    }

    @AfterAll
    void stopServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /** {@code exec -it local} on a terminal of this size. */
    final TestTerminal terminal(int columns, int rows, String... command) throws Exception {
        List<String> line = new ArrayList<>(tool());
        line.addAll(List.of("exec", "-it", "--kubeconfig", server.kubeconfig().toString(), "local", "--"));
        line.addAll(List.of(command));
        return Surroundings.terminal(home, columns, rows, line);
    }

    /**
     * Twenty times, since it once was a race. A server waits a second for the size: where the whole run took longer, on a busy
     * machine, the client may have been late.
     */
    @Test
    void theFirstSizeIsThatOfTheTerminalHere() throws Exception {
        int late = 0;
        for (int i = 0; i < 20; i++) {
            long begin = System.nanoTime();
            try (TestTerminal terminal = terminal(81 + i, 25 + i, "stty", "size")) {
                assertThat(terminal.awaitExit()).as(terminal.shown()).isZero();
                boolean slow = System.nanoTime() - begin > 1_000_000_000;
                if (slow && terminal.shown().equals("24 80\r\n")) {
                    late++;
                } else {
                    assertThat(terminal.shown()).isEqualTo((25 + i) + " " + (81 + i) + "\r\n");
                }
            }
        }
        assertThat(late).as("late of 20").isLessThanOrEqualTo(3);
    }

    @Test
    void aProgramHearsOfEachNewSize() throws Exception {
        try (TestTerminal terminal =
                terminal(80, 24, "sh", "-c", "trap 'stty size' WINCH; stty size; while :; do sleep 0.05; done")) {
            terminal.awaitShown("24 80\r\n");
            terminal.resize(132, 50);
            terminal.awaitShown("50 132\r\n");
            terminal.resize(60, 20);
            terminal.awaitShown("20 60\r\n");
            terminal.type(TestTerminal.CTRL_C);

            assertThat(terminal.awaitExit()).as(terminal.shown()).isEqualTo(130);
        }
    }

    @Test
    void ctrlCInterruptsTheCommandThere() throws Exception {
        try (TestTerminal terminal = terminal(80, 24, "sh", "-c", "echo ready; exec sleep 1000")) {
            terminal.awaitShown("ready").type(TestTerminal.CTRL_C);

            assertThat(terminal.awaitExit()).as(terminal.shown()).isEqualTo(130);
            assertThat(terminal.shown()).contains("^C");
        }
    }

    @Test
    void ctrlDEndsAShell() throws Exception {
        try (TestTerminal terminal = terminal(80, 24, "env", "PS1=ready> ", "sh")) {
            terminal.awaitShown("ready> ").type("(exit 7)\r");
            terminal.awaitShown("ready> ").type(TestTerminal.CTRL_D);

            assertThat(terminal.awaitExit()).as(terminal.shown()).isEqualTo(7);
        }
    }

    @Test
    void theCommandStandsOnATerminalOfItsOwn() throws Exception {
        try (TestTerminal terminal = terminal(80, 24, "tty")) {
            assertThat(terminal.awaitExit()).as(terminal.shown()).isZero();
            assertThat(terminal.shown()).matches("/dev/pts/\\d+\r\n");
        }
    }

    @Test
    void whatIsTypedIsEchoedOnce() throws Exception {
        try (TestTerminal terminal = terminal(80, 24, "sh", "-c", "echo ready; exec cat")) {
            terminal.awaitShown("ready\r\n").type("żółw\r");
            terminal.awaitShown("żółw\r\nżółw\r\n").type(TestTerminal.CTRL_D);

            assertThat(terminal.awaitExit()).as(terminal.shown()).isZero();
            assertThat(terminal.shown()).isEqualTo("ready\r\nżółw\r\nżółw\r\n");
        }
    }

    @Test
    void bashHasJobControl() throws Exception {
        try (TestTerminal terminal = terminal(80, 24, "env", "PS1=ready> ", "bash", "--norc", "--noprofile")) {
            // Its own word says that it has the terminal; the echo of the line comes before.
            terminal.awaitShown("ready> ").type("sh -c 'echo its own'' word; exec sleep 1000'\r");
            terminal.awaitShown("its own word").type(TestTerminal.CTRL_Z);
            terminal.awaitShown("Stopped").awaitShown("ready> ").type("bg\r");
            terminal.awaitShown("sleep 1000' &").awaitShown("ready> ").type("jobs\r");
            terminal.awaitShown("Running").awaitShown("ready> ").type("kill %1; wait; exit 3\r");

            assertThat(terminal.awaitExit()).as(terminal.shown()).isEqualTo(3);
            assertThat(terminal.shown()).doesNotContain("no job control");
        }
    }

    @Test
    void aCommandThatIsNotFoundSaysSoAndLeavesTheTerminalAlone() throws Exception {
        try (TestTerminal terminal = terminal(80, 24, "no-such-command")) {
            assertThat(terminal.awaitExit()).as(terminal.shown()).isEqualTo(127);
            assertThat(terminal.shown()).contains("no-such-command");
        }
    }
}
