package io.wsstream.conformance.peers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.wsstream.pty.PtyExit;
import io.wsstream.pty.PtyListener;
import io.wsstream.pty.PtyOutput;
import io.wsstream.pty.PtyProcess;
import io.wsstream.pty.PtyRuntime;
import io.wsstream.pty.PtySpec;
import io.wsstream.pty.PtyStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A terminal with somebody before it: a program runs on it, the test types and looks.
 *
 * <p>{@link #awaitExit} is a test too: whatever the program was, it leaves the terminal's attributes as they were.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> the waits, each with a limit.
 */
public final class TestTerminal implements AutoCloseable {
    public static final String CTRL_C = "\u0003";
    public static final String CTRL_D = "\u0004";
    public static final String CTRL_Z = "\u001a";
    public static final Duration LIMIT = Duration.ofSeconds(30);

    private static final String BETWEEN = "stty -g >\"$0.before\"; \"$@\"; code=$?; stty -g >\"$0.after\"; exit $code";

    private final PtyRuntime runtime = PtyRuntime.start(1);
    private final Screen screen = new Screen();
    private final Path attributes;
    private final PtyProcess process;
    private int seen;

    private TestTerminal(Path folder, int columns, int rows, Map<String, String> environment, List<String> command)
            throws IOException {
        attributes = Files.createTempFile(folder, "stty", "");
        Map<String, String> surroundings = new HashMap<>(environment);
        surroundings.put("TERM", "xterm-256color");
        List<String> line = new ArrayList<>(List.of("sh", "-c", BETWEEN, attributes.toString()));
        line.addAll(command);
        process = runtime.spawn(
                PtySpec.command(line)
                        .environment(surroundings)
                        .terminal(columns, rows)
                        .build(),
                screen);
    }

    /**
     * Starts a program on a terminal of this size.
     *
     * @param folder where it keeps small files
     * @param environment all that the program gets, besides TERM
     */
    public static TestTerminal start(
            Path folder, int columns, int rows, Map<String, String> environment, List<String> command)
            throws IOException {
        return new TestTerminal(folder, columns, rows, environment, command);
    }

    /** Types keys. */
    @CanIgnoreReturnValue
    public TestTerminal type(String keys) {
        ByteBuffer bytes = ByteBuffer.wrap(keys.getBytes(UTF_8));
        process.write(bytes);
        assertThat(bytes.remaining()).as("keys that the terminal did not take").isZero();
        return this;
    }

    /** The user drags the window's corner. */
    public void resize(int columns, int rows) {
        process.resize(columns, rows);
    }

    /** Waits until a text is shown after all that earlier waits have seen. */
    @CanIgnoreReturnValue
    public TestTerminal awaitShown(String text) {
        await("'" + text + "'", () -> shown().indexOf(text, seen) >= 0 || screen.exit() != null);
        int found = shown().indexOf(text, seen);
        if (found < 0) {
            throw new AssertionError("ended without '" + text + "' on the terminal, which shows: " + shown());
        }
        seen = found + text.length();
        return this;
    }

    private void await(String what, Callable<Boolean> condition) {
        try {
            Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(condition);
        } catch (ConditionTimeoutException late) {
            throw new AssertionError(
                    "no " + what + " within " + LIMIT + " on the terminal, which shows: " + shown(), late);
        }
    }

    /** All that was shown. */
    public String shown() {
        return screen.text();
    }

    /** The program, which hangs below a shell here. */
    public ProcessHandle program() {
        return ProcessHandle.of(process.pid())
                .orElseThrow()
                .children()
                .findFirst()
                .orElseThrow();
    }

    /** Waits for the program's end, and looks whether it left the terminal as it was. */
    public int awaitExit() throws IOException {
        await("end of the program", () -> screen.exit() != null);
        assertThat(Files.readString(Path.of(attributes + ".after")))
                .as("terminal attributes after the program; it showed %s", shown())
                .isEqualTo(Files.readString(Path.of(attributes + ".before")));
        return Objects.requireNonNull(screen.exit()).code();
    }

    @Override
    public void close() {
        runtime.close();
    }

    /** What the terminal shows, as it came. Written by the event loop. */
    private static final class Screen implements PtyListener {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private volatile @Nullable PtyExit exit;

        @Nullable
        PtyExit exit() {
            return exit;
        }

        String text() {
            return bytes.toString(UTF_8);
        }

        @Override
        public void onOutput(PtyOutput output) {
            byte[] some = new byte[output.bytes().remaining()];
            output.bytes().get(some);
            output.release();
            bytes.write(some, 0, some.length);
        }

        @Override
        public void onOutputEnd(PtyStream source) {}

        @Override
        public void onInputWritable() {}

        @Override
        public void onExit(PtyExit end) {
            exit = end;
        }
    }
}
