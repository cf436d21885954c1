package io.wsstream.client.internal;

/**
 * A thread that connections depend on, and which therefore never waits for a socket to take bytes: readers, writers of
 * queued frames, and the timer. {@link SocketLink#write} asks for it.
 */
final class LinkThread extends Thread {
    LinkThread(Runnable work, String name) {
        super(work, name);
        setDaemon(true);
    }
}
