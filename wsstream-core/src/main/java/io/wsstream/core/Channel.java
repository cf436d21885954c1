package io.wsstream.core;

import org.jspecify.annotations.Nullable;

/**
 * The channels of exec and attach, with the numbers they have on the wire.
 *
 * <p>The numbers are those of Kubernetes: error is 3 and resize is 4. Some prose has them the other way round.
 *
 * <p>Source: {@code apimachinery/pkg/util/remotecommand/constants.go}; PROTOCOL.md 6.1.
 */
public enum Channel {
    /** Client to server: the input of the process. */
    STDIN(0),
    /** Server to client: the output of the process; on a terminal all of its output. */
    STDOUT(1),
    /** Server to client: the error output of the process; unused on a terminal. */
    STDERR(2),
    /** Server to client: the one status that ends a session. */
    ERROR(3),
    /** Client to server: terminal sizes as JSON. */
    RESIZE(4);

    /** How many channels exec and attach have. */
    public static final int COUNT = 5;

    private static final Channel[] BY_NUMBER = values();

    private final int number;

    Channel(int number) {
        this.number = number;
    }

    /** {@return the number on the wire, 0 to 4} */
    public int number() {
        return number;
    }

    /**
     * Finds a channel by its number.
     *
     * @param number any number
     * @return the channel, or null when no channel of exec or attach has that number
     */
    public static @Nullable Channel of(int number) {
        return number >= 0 && number < COUNT ? BY_NUMBER[number] : null;
    }
}
