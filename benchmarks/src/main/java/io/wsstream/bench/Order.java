package io.wsstream.bench;

import java.util.List;

/**
 * What a client that stays is told to do, as one line of JSON; {@link BenchClient} and {@code client-go bench} understand
 * the same.
 *
 * @param mode {@code source} reads stdout to its end; {@code sink} writes stdin; {@code echo} sends one byte there and
 *     back; {@code connect} opens sessions until their first byte of stdout, and {@code reconnect} with one client, which
 *     may keep what it has learnt
 * @param address where the command runs
 * @param command program and arguments
 * @param number bytes of a sink, round trips of each session of an echo, sessions one after the other of a connect or reconnect
 * @param frame how many bytes a sink writes at a time
 * @param sessions of an echo, all at once
 * @param sha256 whether a source tells the digest of the bytes
 */
record Order(String mode, Address address, List<String> command, long number, int frame, int sessions, boolean sha256) {
    /**
     * A pod of a server.
     *
     * @param url of the server, {@code http} or {@code https}
     * @param token of the caller
     * @param pod its name
     * @param ca the certificates to trust, in PEM; empty for those of the machine
     */
    record Address(String url, String token, String pod, String ca) {}

    static Order source(Address address, List<String> command) {
        return new Order("source", address, command, 0, 0, 1, false);
    }

    static Order sink(Address address, List<String> command, long bytes, int frame) {
        return new Order("sink", address, command, bytes, frame, 1, false);
    }

    static Order echo(Address address, List<String> command, int rounds, int sessions) {
        return new Order("echo", address, command, rounds, 0, sessions, false);
    }

    static Order connect(boolean again, Address address, List<String> command, int times) {
        return new Order(again ? "reconnect" : "connect", address, command, times, 0, 1, false);
    }

    Order withSha256() {
        return new Order(mode, address, command, number, frame, sessions, true);
    }
}
