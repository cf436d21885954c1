package io.wsstream.conformance.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The gorilla peer as a server on a free loopback port; {@code /source}, {@code /sink}, {@code /echo}, each also as
 * {@code /k8s-...} in v5.channel.k8s.io. It ends with {@link #close}, or with this JVM.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> starting waits for its first line, closing for its end.
 */
public final class GorillaServer implements AutoCloseable {
    private static final Pattern FIRST_LINE = Pattern.compile("\\{\"port\":\\d+,\"url\":\"(wss?://[^\"]+)\"}");

    private final Process process;
    private final URI url;

    private GorillaServer(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /** Starts one; {@code -tls} makes it serve wss. */
    public static GorillaServer start(String... flags) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Peer.GORILLA.require().toString());
        command.add("server");
        command.add("-until-stdin-eof");
        command.addAll(List.of(flags));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader();
        String line = output.readLine();
        Matcher matcher = FIRST_LINE.matcher(line == null ? "" : line);
        if (!matcher.matches()) {
            process.destroyForcibly();
            throw new IOException("the gorilla server printed '" + line + "', expected its port and URL");
        }
        return new GorillaServer(process, URI.create(matcher.group(1)));
    }

    /** The URL of one of its paths, query included. */
    public URI url(String path) {
        return url.resolve(path);
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IOException("the gorilla server did not end with its stdin");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
