package io.wsstream.core.conn;

/**
 * What a channel of a {@link Conn} is for, as this side sees it.
 *
 * <pre>
 *               from the peer    reads here      writes here
 *  IGNORE       dropped          end at once     succeed, nothing is sent
 *  READ         delivered        wait            succeed, nothing is sent
 *  WRITE        dropped          end at once     are sent
 *  READ_WRITE   delivered        wait            are sent
 * </pre>
 *
 * <p>Source: {@code wsstream/conn.go}; PROTOCOL.md 6.2.
 */
public enum ChannelType {
    /** Nothing passes. */
    IGNORE(false, false),
    /** The peer's bytes come in. */
    READ(true, false),
    /** Ours go out. */
    WRITE(false, true),
    /** Both. */
    READ_WRITE(true, true);

    private final boolean reads;
    private final boolean writes;

    ChannelType(boolean reads, boolean writes) {
        this.reads = reads;
        this.writes = writes;
    }

    /** {@return whether the peer's bytes come in} */
    public boolean reads() {
        return reads;
    }

    /** {@return whether ours go out} */
    public boolean writes() {
        return writes;
    }
}
