package io.wsstream.pty;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/**
 * A process that was started. All methods may be called from any thread, none blocks, and after the process has ended
 * all are harmless.
 *
 * <p>Output goes to the {@link PtyListener}. The process is led by a session of its own: its number is also that of its
 * process group and of its session, and stays taken until {@link PtyListener#onExit}.
 */
public final class PtyProcess implements AutoCloseable {
    private final Running child;

    PtyProcess(Running child) {
        this.child = child;
    }

    /** {@return the process number} */
    public long pid() {
        return child.pid();
    }

    /** {@return whether it runs on a terminal} */
    public boolean terminal() {
        return child.spec().hasTerminal();
    }

    /**
     * Writes to stdin what it takes now.
     *
     * <p>A terminal in canonical mode takes everything and silently drops what goes beyond 4,095 bytes in one line: that
     * is the kernel's rule for typists.
     *
     * @param src heap or direct; its position moves by what was taken
     * @return how many bytes were taken; if fewer than remained, {@link PtyListener#onInputWritable} follows. -1 if stdin
     *     was closed, was never there, or nobody reads it any more
     */
    public int write(ByteBuffer src) {
        return child.write(src);
    }

    /**
     * Ends stdin; later writes return -1. On pipes its descriptor is closed. A terminal has no end of input: in canonical
     * mode VEOF (Ctrl-D) is typed, twice after a line that was begun; in raw mode, where it would be data, nothing is.
     */
    public void closeInput() {
        child.closeInput();
    }

    /**
     * Sets the size of the terminal; the foreground process group gets SIGWINCH if it changed. Does nothing on pipes or
     * after the end.
     *
     * @param columns width in cells; clamped to 0 to 65535
     * @param rows height in cells; clamped to 0 to 65535
     */
    public void resize(int columns, int rows) {
        child.resize(PtySpec.clampCells(columns), PtySpec.clampCells(rows));
    }

    /**
     * Stops reading from that source. At most what is being read at this moment still arrives; nothing does when called
     * on the loop thread. What the process writes stays in the kernel, and blocks the process when that is full; no byte
     * is lost. Repeating it does nothing.
     *
     * @param source stdout or stderr; one that does not exist is ignored
     */
    public void pauseOutput(PtyStream source) {
        child.pause(source, true);
    }

    /**
     * Reads from that source again. Repeating it does nothing.
     *
     * @param source stdout or stderr; one that does not exist is ignored
     */
    public void resumeOutput(PtyStream source) {
        child.pause(source, false);
    }

    /**
     * Signals the process group of the process, which does not include the jobs of a shell.
     *
     * @param signo 1 to 64
     */
    public void signal(int signo) {
        if (signo < 1 || signo > 64) {
            throw new IllegalArgumentException("signal " + signo + "; expected 1 to 64");
        }
        child.signalGroup(signo);
    }

    /**
     * Signals the process group of the process, which does not include the jobs of a shell.
     *
     * @param signal what to send
     */
    public void signal(PtySignal signal) {
        child.signalGroup(signal.number());
    }

    /**
     * Ends the process and its session by a policy. Only the first call counts, except that {@link KillPolicy#kill()}
     * cuts a slower policy short. The exit is reported when nothing of the session lives any more (at most 2 s after a
     * KILL that does not help) and its output is drained.
     *
     * @param policy signals and waits
     */
    public void terminate(KillPolicy policy) {
        child.terminate(policy);
    }

    /**
     * From now on the exit is reported only when nothing of the process's session lives any more, or {@link #terminate} has
     * run its course: for who lets the process end by itself first and wants nothing to stay behind.
     */
    public void holdExitForSession() {
        child.holdExitForSession();
    }

    /**
     * From now on reads output and throws it away, paused or not, so that the process is not blocked by a reader that is
     * gone. Cannot be undone. No {@link PtyListener#onOutput} follows but one that is under way; ends and exit are still
     * reported.
     */
    public void detachOutput() {
        child.detach();
    }

    /**
     * {@return the exit; completed on the loop thread right after {@link PtyListener#onExit}, so hand long work over with
     * the {@code Async} methods. Exceptionally with {@link IllegalStateException} if the runtime was closed over a
     * process that not even KILL could end}
     */
    public CompletionStage<PtyExit> exit() {
        return child.exit();
    }

    /** As {@link #terminate} with the policy of the {@link PtySpec}. */
    @Override
    public void close() {
        child.terminate(child.spec().killPolicy());
    }
}
