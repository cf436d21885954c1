package io.wsstream.core.stream;

/**
 * Where a {@link ByteSink} gets its bytes from: a channel, or what stands before one.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> none.
 */
public interface ByteSource {
    /**
     * Says where the bytes go; what came before goes there first.
     *
     * @param sink takes the bytes from now on
     */
    void deliverTo(ByteSink sink);

    /** The sink can take more. */
    void drain();

    /**
     * For a thread that waits for bytes: lets it bring them itself where that is cheaper. May block for some milliseconds.
     *
     * @return whether it did, and should look again; if not, it is to wait until the sink is called
     */
    default boolean readHere() {
        return false;
    }

    /** Drops what waits and what comes; the sink need not be called any more. */
    void discard();
}
