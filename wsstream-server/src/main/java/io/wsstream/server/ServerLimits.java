package io.wsstream.server;

import java.time.Duration;

/**
 * How much a server takes on. Immutable; start from {@link #defaults()}.
 *
 * @param maxSessions sessions at once; one more is refused with 429. At least 1
 * @param maxConnections TCP connections at once, idle ones included; one more is closed unanswered. At least 1
 * @param maxRequestHeadBytes request line and headers together, in bytes; a larger head is refused with 431. At least
 *     1024. Commands travel in the URL, so that this bounds their length too
 * @param handshakeTimeout from accepting a connection to a complete, authenticated request, TLS included. Positive
 * @param maxMessageBytes one WebSocket message from a client, in bytes; a larger one ends its session with 1009 before
 *     anything is buffered. At least 1024
 */
public record ServerLimits(
        int maxSessions, int maxConnections, int maxRequestHeadBytes, Duration handshakeTimeout, int maxMessageBytes) {
    private static final ServerLimits DEFAULTS =
            new ServerLimits(1000, 4000, 1 << 20, Duration.ofSeconds(10), 32 << 20);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public ServerLimits {
        atLeast("maxSessions", maxSessions, 1);
        atLeast("maxConnections", maxConnections, 1);
        atLeast("maxRequestHeadBytes", maxRequestHeadBytes, 1024);
        atLeast("maxMessageBytes", maxMessageBytes, 1024);
        if (handshakeTimeout.isZero() || handshakeTimeout.isNegative()) {
            throw new IllegalArgumentException("handshakeTimeout is " + handshakeTimeout + "; expected more than zero");
        }
    }

    /**
     * {@return 1000 sessions, 4000 connections, a head of 1 MiB (as Go), 10 s for the handshake, messages of 32 MiB (as
     * Kubernetes)}
     */
    public static ServerLimits defaults() {
        return DEFAULTS;
    }

    /**
     * The same limits with another number of sessions.
     *
     * @param sessions at least 1
     * @return the new limits
     */
    public ServerLimits withMaxSessions(int sessions) {
        return new ServerLimits(sessions, maxConnections, maxRequestHeadBytes, handshakeTimeout, maxMessageBytes);
    }

    /**
     * The same limits with another number of connections.
     *
     * @param connections at least 1
     * @return the new limits
     */
    public ServerLimits withMaxConnections(int connections) {
        return new ServerLimits(maxSessions, connections, maxRequestHeadBytes, handshakeTimeout, maxMessageBytes);
    }

    /**
     * The same limits with another size of the request head.
     *
     * @param bytes at least 1024
     * @return the new limits
     */
    public ServerLimits withMaxRequestHeadBytes(int bytes) {
        return new ServerLimits(maxSessions, maxConnections, bytes, handshakeTimeout, maxMessageBytes);
    }

    /**
     * The same limits with another time for the handshake.
     *
     * @param timeout more than zero
     * @return the new limits
     */
    public ServerLimits withHandshakeTimeout(Duration timeout) {
        return new ServerLimits(maxSessions, maxConnections, maxRequestHeadBytes, timeout, maxMessageBytes);
    }

    /**
     * The same limits with another size of messages.
     *
     * @param bytes at least 1024
     * @return the new limits
     */
    public ServerLimits withMaxMessageBytes(int bytes) {
        return new ServerLimits(maxSessions, maxConnections, maxRequestHeadBytes, handshakeTimeout, bytes);
    }

    private static void atLeast(String what, int value, int minimum) {
        if (value < minimum) {
            throw new IllegalArgumentException(what + " is " + value + "; expected at least " + minimum);
        }
    }
}
