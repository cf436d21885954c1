package io.wsstream.conformance.client;

import java.io.IOException;
import java.util.Set;

/**
 * A client that runs one command in one container, as {@code kubectl exec -i} does: a program ({@link CommandClient}), or a
 * library behind a few lines of code. Safe for many threads.
 */
public interface ClientUnderTest {
    /** The client can be told to leave stdin out. */
    String STDIN = "stdin";
    /** The client can be told to ask for a terminal. */
    String TTY = "tty";
    /** The client can be told the command. */
    String COMMAND = "command";
    /** The client can be told which subprotocol to offer, alone. */
    String OFFER = "offer";
    /** The client sends the token it is given. */
    String TOKEN = "token";

    /** {@return what the client can be told, of the above} */
    Set<String> abilities();

    /**
     * Runs the client to its end.
     *
     * @param call what to do
     * @return how it ended
     * @throws IOException if it could not be run, or did not end within {@link ClientCall#bound}
     */
    ClientResult run(ClientCall call) throws IOException, InterruptedException;
}
