package io.wsstream.conformance.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A peer that says on its first line where it is, and serves until its stdin ends: with {@link #close}, or with this JVM.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> starting waits for the first line, closing for the end, each up to a bound.
 */
final class ServingPeer implements AutoCloseable {
    private static final long START_SECONDS = 30;
    private static final long END_SECONDS = 10;
    private static final Pattern URL_LINE = Pattern.compile("\\{\"port\":\\d+,\"url\":\"([^\"]+)\"}");

    private final Peer peer;
    private final Process process;
    private final String address;

    private ServingPeer(Peer peer, Process process, String address) {
        this.peer = peer;
        this.process = process;
        this.address = address;
    }

    /** Starts the mode {@code server} of a peer; the address is its URL. */
    static ServingPeer server(Peer peer, List<String> flags) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("server", "-until-stdin-eof"));
        arguments.addAll(flags);
        return start(URL_LINE, peer, arguments);
    }

    /**
     * Starts one.
     *
     * @param firstLine what it has to print; its group 1 is the {@link #address}
     */
    static ServingPeer start(Pattern firstLine, Peer peer, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(peer.require().toString());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        CompletableFuture<Void> bound = CompletableFuture.runAsync(
                process::destroyForcibly, CompletableFuture.delayedExecutor(START_SECONDS, TimeUnit.SECONDS));
        BufferedReader output = process.inputReader();
        String line = output.readLine();
        bound.cancel(false);
        Matcher matcher = firstLine.matcher(line == null ? "" : line);
        if (!matcher.matches()) {
            process.destroyForcibly();
            throw new IOException(command + " printed '" + line + "', expected " + firstLine);
        }
        return new ServingPeer(peer, process, matcher.group(1));
    }

    /** What its first line said of where it is. */
    String address() {
        return address;
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("peer " + peer.programName() + " did not end with its stdin");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
