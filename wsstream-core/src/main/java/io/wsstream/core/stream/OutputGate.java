package io.wsstream.core.stream;

/**
 * Whether there is room for output. Whoever sends heeds it; what is sent all the same is queued without a bound.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> none.
 */
public interface OutputGate {
    /** {@return whether the output queue has room} */
    boolean isWritable();

    /**
     * {@return how many bytes of a stream should go into one message at most; longer ones are sent as well} Over TLS it is
     * what one record holds, so that a client's reader that pauses for long finds all it needs with what it has.
     */
    default int messageBytes() {
        return 64 * 1024;
    }

    /** {@return whether nothing can be sent any more} */
    boolean isOutputEnded();

    /**
     * Adds someone to be told that the output queue has room again, or that there will be no output any more.
     *
     * @param listener called on the transport's threads; must not block
     */
    void onOutputChange(Runnable listener);
}
