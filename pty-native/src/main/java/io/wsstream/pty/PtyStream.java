package io.wsstream.pty;

/** Where output comes from. On a terminal everything is {@link #STDOUT}. */
public enum PtyStream {
    /** Descriptor 1; on a terminal the terminal itself. */
    STDOUT,
    /** Descriptor 2; pipes only. */
    STDERR
}
