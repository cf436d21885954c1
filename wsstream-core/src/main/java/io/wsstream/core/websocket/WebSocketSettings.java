package io.wsstream.core.websocket;

import java.time.Duration;

/**
 * The bounds of a WebSocket connection. A duration of zero switches its bound off; none may be negative.
 *
 * @param maxMessageBytes largest message taken, in bytes; larger ones end the connection with 1009. At least 1
 * @param highMarkBytes output queued, frame headers included, at which {@code isWritable} turns false. At least 1
 * @param lowMarkBytes output queued at which it turns true again. 0 to less than {@code highMarkBytes}
 * @param pingEvery how often a Ping is sent
 * @param silence without any byte from the peer for so long it is lost; does not count while we do not read, nor while
 *     output waits for the peer to take it
 * @param idle without any data message in either direction for so long the connection is ended
 * @param stall a peer that takes no byte of a waiting queue for so long is lost
 * @param linger after our Close: so long without a byte in or out, and the connection is dropped
 * @param lingerTotal after our Close: so long in all
 */
public record WebSocketSettings(
        int maxMessageBytes,
        long highMarkBytes,
        long lowMarkBytes,
        Duration pingEvery,
        Duration silence,
        Duration idle,
        Duration stall,
        Duration linger,
        Duration lingerTotal) {

    /** What Kubernetes' servers take at most in one frame. */
    public static final int MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a bound is out of its range; names it
     */
    public WebSocketSettings {
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException("maxMessageBytes is " + maxMessageBytes + "; expected at least 1");
        }
        if (lowMarkBytes < 0 || lowMarkBytes >= highMarkBytes) {
            throw new IllegalArgumentException("lowMarkBytes is " + lowMarkBytes + " and highMarkBytes is "
                    + highMarkBytes + "; expected at least 0, and less than the other");
        }
        notNegative("pingEvery", pingEvery);
        notNegative("silence", silence);
        notNegative("idle", idle);
        notNegative("stall", stall);
        notNegative("linger", linger);
        notNegative("lingerTotal", lingerTotal);
    }

    private static void notNegative(String what, Duration bound) {
        if (bound.isNegative()) {
            throw new IllegalArgumentException(what + " is " + bound + "; expected zero, which is no bound, or more");
        }
    }

    /** {@return the defaults of a server} */
    public static WebSocketSettings server() {
        return new WebSocketSettings(
                MAX_MESSAGE_BYTES,
                256 * 1024,
                128 * 1024,
                Duration.ofSeconds(15),
                Duration.ofSeconds(61),
                Duration.ofHours(4),
                Duration.ofHours(4),
                Duration.ofSeconds(30),
                Duration.ofMinutes(15));
    }

    /** {@return the defaults of a client: pings and silence as client-go has them} */
    public static WebSocketSettings client() {
        return new WebSocketSettings(
                MAX_MESSAGE_BYTES,
                256 * 1024,
                128 * 1024,
                Duration.ofSeconds(5),
                Duration.ofSeconds(61),
                Duration.ZERO,
                Duration.ofHours(4),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30));
    }

    /**
     * The same bounds with another size of messages.
     *
     * @param bytes the largest message, at least 1
     * @return the changed settings
     */
    public WebSocketSettings withMaxMessageBytes(int bytes) {
        return new WebSocketSettings(
                bytes, highMarkBytes, lowMarkBytes, pingEvery, silence, idle, stall, linger, lingerTotal);
    }

    /**
     * The same bounds with another time between Pings.
     *
     * @param bound zero sends none
     * @return the changed settings
     */
    public WebSocketSettings withPingEvery(Duration bound) {
        return new WebSocketSettings(
                maxMessageBytes, highMarkBytes, lowMarkBytes, bound, silence, idle, stall, linger, lingerTotal);
    }

    /**
     * The same bounds with another time of silence.
     *
     * @param bound after so long without a byte the peer is lost; zero for no bound
     * @return the changed settings
     */
    public WebSocketSettings withSilence(Duration bound) {
        return new WebSocketSettings(
                maxMessageBytes, highMarkBytes, lowMarkBytes, pingEvery, bound, idle, stall, linger, lingerTotal);
    }

    /**
     * The same bounds with another time of idleness.
     *
     * @param bound after so long without a message the connection is ended; zero for no bound
     * @return the changed settings
     */
    public WebSocketSettings withIdle(Duration bound) {
        return new WebSocketSettings(
                maxMessageBytes, highMarkBytes, lowMarkBytes, pingEvery, silence, bound, stall, linger, lingerTotal);
    }

    /**
     * The same bounds with another time that a write may wait.
     *
     * @param bound after so long without a byte taken the peer is lost; zero for no bound
     * @return the changed settings
     */
    public WebSocketSettings withStall(Duration bound) {
        return new WebSocketSettings(
                maxMessageBytes, highMarkBytes, lowMarkBytes, pingEvery, silence, idle, bound, linger, lingerTotal);
    }

    /**
     * The same bounds with other times after our Close.
     *
     * @param quiet so long without a byte in or out
     * @param total so long in all
     * @return the changed settings
     */
    public WebSocketSettings withLinger(Duration quiet, Duration total) {
        return new WebSocketSettings(
                maxMessageBytes, highMarkBytes, lowMarkBytes, pingEvery, silence, idle, stall, quiet, total);
    }
}
