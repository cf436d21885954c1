package io.wsstream.cli;

import io.wsstream.core.TerminalSize;
import java.io.IOException;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Attributes.InputFlag;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Attributes.OutputFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The terminal this process stands on, in raw mode: every key goes to the remote one, Ctrl-C too. Restored by {@link
 * #close}, or by a shutdown hook when the JVM ends before, as on SIGTERM and SIGHUP.
 *
 * <p>JLine's own raw mode keeps signals and waits a tenth of a second at most for a key; this one is that of cfmakeraw(3).
 *
 * <p><b>Threads:</b> any; sizes come on a thread of the signal's. <b>Blocking:</b> while {@code stty} runs.
 */
final class RawTerminal implements AutoCloseable {
    private static final TerminalSize USUAL = new TerminalSize(80, 24);

    private final Terminal terminal;
    private final Attributes before;
    private final AtomicBoolean restored = new AtomicBoolean();
    private final Thread hook = new Thread(this::restore, "wsstream-restore-terminal");

    private RawTerminal(Terminal terminal) {
        this.terminal = terminal;
        this.before = terminal.getAttributes();
    }

    /**
     * Opens the terminal; not raw yet.
     *
     * @return the terminal, or null when stdin is none
     */
    static @Nullable RawTerminal open() throws IOException {
        if (!isTerminal()) {
            return null;
        }
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(false)
                .nativeSignals(true)
                .build();
        return new RawTerminal(terminal);
    }

    /** Whether stdin is a terminal; JLine would take stderr's instead. */
    private static boolean isTerminal() throws IOException {
        Process test = new ProcessBuilder("test", "-t", "0")
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            return test.waitFor() == 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void enterRawMode() {
        Runtime.getRuntime().addShutdownHook(hook);
        Attributes raw = new Attributes(before);
        raw.setInputFlags(
                EnumSet.of(
                        InputFlag.IGNBRK,
                        InputFlag.BRKINT,
                        InputFlag.PARMRK,
                        InputFlag.ISTRIP,
                        InputFlag.INLCR,
                        InputFlag.IGNCR,
                        InputFlag.ICRNL,
                        InputFlag.IXON),
                false);
        raw.setOutputFlag(OutputFlag.OPOST, false);
        raw.setLocalFlags(
                EnumSet.of(LocalFlag.ECHO, LocalFlag.ECHONL, LocalFlag.ICANON, LocalFlag.ISIG, LocalFlag.IEXTEN),
                false);
        raw.setControlChar(ControlChar.VMIN, 1);
        raw.setControlChar(ControlChar.VTIME, 0);
        terminal.setAttributes(raw);
    }

    TerminalSize size() {
        Size size = terminal.getSize();
        return size.getColumns() > 0 && size.getRows() > 0
                ? new TerminalSize(
                        Math.min(size.getColumns(), TerminalSize.MAX), Math.min(size.getRows(), TerminalSize.MAX))
                : USUAL;
    }

    void onResize(Runnable listener) {
        terminal.handle(Terminal.Signal.WINCH, signal -> listener.run());
    }

    private void restore() {
        if (restored.compareAndSet(false, true)) {
            terminal.setAttributes(before);
        }
    }

    @Override
    public void close() throws IOException {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            return; // The hook has nothing left to do.
        }
        terminal.close();
    }
}
