package io.wsstream.client.exec;

/** What to do at the end of stdin where the subprotocol cannot tell it: everywhere but on v5.channel.k8s.io. */
public enum WithoutHalfClose {
    /** Fail with {@link HalfCloseUnsupportedException}; with a given stdin even before a byte of it is sent. */
    REFUSE,
    /** Leave stdin open: right for commands that end by themselves, such as {@code head -c 10}. */
    LEAVE_OPEN
}
