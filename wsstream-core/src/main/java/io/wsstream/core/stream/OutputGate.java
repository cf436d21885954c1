package io.wsstream.core.stream;

/**
 * Whether there is room for output. Whoever sends heeds it; what is sent all the same is queued without a bound.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> none.
 */
public interface OutputGate {
    /** {@return whether the output queue has room} */
    boolean isWritable();

    /** {@return whether nothing can be sent any more} */
    boolean isOutputEnded();

    /**
     * Adds someone to be told that the output queue has room again, or that there will be no output any more.
     *
     * @param listener called on the transport's threads; must not block
     */
    void onOutputChange(Runnable listener);
}
