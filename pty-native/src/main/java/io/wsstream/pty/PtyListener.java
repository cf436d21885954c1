package io.wsstream.pty;

/**
 * Hears what one process does.
 *
 * <pre>
 *   onStart  ( onOutput | onInputWritable )*  onOutputEnd for each source  onExit
 * </pre>
 *
 * <p><b>Threads:</b> every call comes on the loop thread of this process, one at a time; other processes share that
 * thread. <b>Blocking:</b> forbidden. <b>Errors:</b> a listener that throws is reported to the thread's uncaught
 * exception handler; its process is killed and the rest of its output discarded.
 */
public interface PtyListener {
    /**
     * The process runs. First call; may come before {@link PtyRuntime#spawn} has returned to its caller.
     *
     * @param process the same handle that {@code spawn} returns
     */
    default void onStart(PtyProcess process) {}

    /**
     * Output, in the order in which it was read; between stdout and stderr there is no order.
     *
     * @param output the listener's until it calls {@link PtyOutput#release()}
     */
    void onOutput(PtyOutput output);

    /**
     * No more bytes will come from that source. On pipes this may be long before the process ends; on a terminal it
     * comes right before {@link #onExit}, since a program that closed its terminal can open it again. Sources that were
     * switched off, and stderr of a terminal, have no end.
     *
     * @param source what has ended
     */
    void onOutputEnd(PtyStream source);

    /**
     * stdin took less than it was offered; now it takes more, or it is broken and {@link PtyProcess#write} says -1. A hint: the next write may
     * still take nothing, and then another call follows.
     */
    void onInputWritable();

    /**
     * The process has ended and is reaped, its descriptors are closed. Exactly once, the last call.
     *
     * @param exit how it ended
     */
    void onExit(PtyExit exit);
}
