package io.wsstream.core.websocket;

/** Frame opcodes. Source: RFC 6455 section 5.2. */
public final class Opcode {
    /** Continues a fragmented message. */
    public static final int CONTINUATION = 0x0;
    /** A text message. */
    public static final int TEXT = 0x1;
    /** A binary message. */
    public static final int BINARY = 0x2;
    /** Closes the connection. */
    public static final int CLOSE = 0x8;
    /** Asks for a Pong. */
    public static final int PING = 0x9;
    /** Answers a Ping, or stands alone. */
    public static final int PONG = 0xA;

    private Opcode() {}
}
