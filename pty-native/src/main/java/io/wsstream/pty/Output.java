package io.wsstream.pty;

/**
 * One source of output of a process: its descriptor, whether it may be read, whether it has ended.
 *
 * <p><b>Threads:</b> {@link #pauseAsked} any; the rest belongs to the loop thread.
 */
final class Output {
    final PtyStream source;
    final Descriptor descriptor;
    volatile boolean pauseAsked;
    /** No more bytes will come, and the listener knows. */
    boolean ended;
    /** A terminal that nobody has open: reading it gives EIO until somebody opens it again. */
    boolean hungUp;
    /** A terminal that is left unread for a moment, see {@link EventLoop#flooded}. */
    boolean resting;

    Output(PtyStream source, Descriptor descriptor) {
        this.source = source;
        this.descriptor = descriptor;
    }
}
