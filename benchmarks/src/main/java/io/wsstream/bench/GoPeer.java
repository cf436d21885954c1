package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The peers in Go of {@code conformance-tests/peers}: {@code gorilla}, {@code creack-pty}, {@code kubectl}. */
final class GoPeer {
    private GoPeer() {}

    /** Where {@code conformance-tests/peers/build} puts a peer. */
    static String binary(String peer) {
        String folder = System.getProperty("wsstream.bench.peers");
        if (folder == null) {
            throw new IllegalArgumentException("-Dwsstream.bench.peers names no folder; use benchmarks/run");
        }
        return Path.of(folder, peer).toString();
    }

    /** Starts the peer that takes orders; see its source. */
    static Forked creackPty() throws IOException {
        return Forked.program("creack-pty", List.of(binary("creack-pty")));
    }

    /** Starts a server; its first answer names the URL. */
    static Forked server(boolean tls) throws IOException {
        List<String> command = new ArrayList<>(List.of(binary("gorilla"), "server", "-until-stdin-eof"));
        if (tls) {
            command.add("-tls");
        }
        return Forked.program("gorilla server", command);
    }

    /** Runs a client to its end; an exit code but 0 is an exception. */
    static JsonNode client(List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of(binary("gorilla")));
        command.addAll(args);
        try (Forked client = Forked.program("gorilla " + args.get(0), command)) {
            return client.answer();
        }
    }
}
