package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The peers in Go of {@code conformance-tests/peers}: {@code gorilla}, {@code creack-pty}, {@code client-go}, {@code kubernetes},
 * {@code kubectl}.
 */
final class GoPeer {
    private GoPeer() {}

    private static Path folder() {
        String folder = System.getProperty("wsstream.bench.peers");
        if (folder == null) {
            throw new IllegalArgumentException("-Dwsstream.bench.peers names no folder; use benchmarks/run");
        }
        return Path.of(folder);
    }

    static String binary(String peer) {
        return folder().resolve(peer).toString();
    }

    /** Starts the peer that takes orders; see its source. */
    static Forked creackPty() throws IOException {
        return Forked.program("creack-pty", List.of(binary("creack-pty")));
    }

    /** Starts the client that takes {@link Order}s; see its source. */
    static Forked clientGo() throws IOException {
        return Forked.program("client-go", List.of(binary("client-go"), "bench"));
    }

    /** Starts the apiserver's translator and the CRI streaming server behind it; its first answer names the URL. */
    static Forked kubernetes(String... more) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(binary("kubernetes"), "server", "-apiserver", "-in-process", "-until-stdin-eof"));
        command.addAll(List.of(more));
        return Forked.program("kubernetes", command);
    }

    /** {@return what a peer was built from} */
    static String version(String peer) throws IOException {
        return Files.readString(Path.of(binary(peer))
                        .resolve("../../" + peer + ".version")
                        .normalize())
                .trim();
    }

    /** Starts a server; its first answer names the URL. */
    static Forked server(String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(binary("gorilla"), "server", "-until-stdin-eof"));
        command.addAll(List.of(more));
        return Forked.program("gorilla server", command);
    }

    /** Starts connections that stay and take orders; see {@code many.go}. */
    static Forked many(List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of(binary("gorilla"), "many"));
        command.addAll(args);
        return Forked.program("gorilla many", command);
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
