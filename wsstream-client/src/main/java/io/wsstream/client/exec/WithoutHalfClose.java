package io.wsstream.client.exec;

/** What to do at the end of stdin where the subprotocol cannot tell it: everywhere but on v5.channel.k8s.io. */
public enum WithoutHalfClose {
    /**
     * Fail with {@link HalfCloseUnsupportedException}. With a given stdin even before a byte of it is sent: the connection is
     * cut, and the command, which the server may have started, ends with it. With the stream of {@link ExecSession#stdin},
     * whose {@code close} then fails: stdin stays open, and the session goes on.
     */
    REFUSE,
    /**
     * Leave stdin open: right for commands that end by themselves, such as {@code head -c 10}. A command that reads to the end,
     * such as {@code cat}, waits until the session is closed or its timeout passes. On this side stdin is closed all the same:
     * writing to it fails.
     */
    LEAVE_OPEN
}
