package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The peer in Go of {@code conformance-tests/peers/gorilla}. */
final class GoPeer {
    private GoPeer() {}

    private static String binary() {
        String path = System.getProperty("wsstream.bench.gorilla");
        if (path == null) {
            throw new IllegalArgumentException("-Dwsstream.bench.gorilla names no binary; use benchmarks/run");
        }
        return path;
    }

    static String version() throws IOException {
        return once(List.of("version")).path("version").asText("?");
    }

    /** Starts a server; its first answer names the URL. */
    static Forked server(boolean tls) throws IOException {
        List<String> command = new ArrayList<>(List.of(binary(), "server", "-until-stdin-eof"));
        if (tls) {
            command.add("-tls");
        }
        return Forked.program("gorilla server", command);
    }

    /** Runs a client to its end; an exit code but 0 is an exception. */
    static JsonNode client(List<String> args) throws IOException {
        return once(args);
    }

    private static JsonNode once(List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of(binary()));
        command.addAll(args);
        try (Forked client = Forked.program("gorilla " + args.get(0), command)) {
            return client.answer();
        }
    }
}
