package io.wsstream.core;

/**
 * What carrying channels needs to know of a subprotocol. The names of remote exec are {@link Subprotocol}; other uses of
 * channels may have names of their own.
 *
 * <p>Source: {@code wsstream/conn.go}; PROTOCOL.md 4, 5.
 */
public interface ChannelProtocol {
    /** {@return the name in {@code Sec-WebSocket-Protocol}; empty for none} */
    String wireName();

    /** {@return how messages carry channels} */
    Subprotocol.Codec codec();

    /** {@return whether message {@code FF n} half-closes channel n} */
    boolean hasClose();
}
