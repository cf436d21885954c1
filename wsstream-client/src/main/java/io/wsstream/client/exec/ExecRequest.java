package io.wsstream.client.exec;

import io.wsstream.client.internal.Dialer;
import io.wsstream.client.internal.OpenSessions;
import io.wsstream.client.internal.Upgraded;
import io.wsstream.core.ExecResult;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsTimeoutException;
import io.wsstream.core.stream.blocking.ChannelInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command to run in a container. {@link #run} waits for its end and captures its output; {@link #start} hands out its
 * streams.
 *
 * <p><b>Threads:</b> one; a request may be run more than once, one after the other. <b>Blocking:</b> run and start.
 *
 * <p>Source: PROTOCOL.md 1.2, 14.
 */
public final class ExecRequest {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int DEFAULT_CAPTURE_BYTES = 16 * 1024 * 1024;
    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    /** Opens what feeds stdin. */
    @FunctionalInterface
    private interface Source {
        InputStream open() throws IOException;
    }

    private final Dialer dialer;
    private final OpenSessions sessions;
    private final String namespace;
    private final String pod;
    private final @Nullable String container;
    private final List<String> command;
    private @Nullable Source source;
    private boolean ownsSource;
    private boolean withoutStdin;
    private @Nullable TerminalSize terminal;
    private @Nullable Duration timeout;
    private int maxCaptureBytes = DEFAULT_CAPTURE_BYTES;
    private WithoutHalfClose policy = WithoutHalfClose.REFUSE;

    /**
     * For {@link io.wsstream.client.RemotePod#command}, which is how to get one.
     *
     * @param dialer opens the connection
     * @param sessions where the session is entered
     * @param namespace of the pod
     * @param pod its name
     * @param container of the pod, or null
     * @param command program and arguments
     */
    public ExecRequest(
            Dialer dialer,
            OpenSessions sessions,
            String namespace,
            String pod,
            @Nullable String container,
            List<String> command) {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("no command; expected a program and its arguments");
        }
        this.dialer = dialer;
        this.sessions = sessions;
        this.namespace = namespace;
        this.pod = pod;
        this.container = container;
        this.command = List.copyOf(command);
    }

    /**
     * Sends these bytes as stdin, then its end.
     *
     * @param bytes all of it
     * @return this
     */
    public ExecRequest stdin(byte[] bytes) {
        return stdin(() -> new ByteArrayInputStream(bytes), true);
    }

    /**
     * Sends what a stream yields as stdin, then its end. The stream is not closed, and when the command ends early some of
     * it may have been read in vain.
     *
     * @param stream read on a thread of its own until its end or the session's
     * @return this
     */
    public ExecRequest stdin(InputStream stream) {
        return stdin(() -> stream, false);
    }

    /**
     * Sends a file as stdin, then its end.
     *
     * @param file opened before anything is connected
     * @return this
     */
    public ExecRequest stdin(Path file) {
        return stdin(() -> Files.newInputStream(file), true);
    }

    private ExecRequest stdin(Source newSource, boolean owned) {
        source = newSource;
        ownsSource = owned;
        withoutStdin = false;
        return this;
    }

    /**
     * Starts without stdin: the command reads an end of file at once. {@link #run} without a source does so anyhow.
     *
     * @return this
     */
    public ExecRequest withoutStdin() {
        source = null;
        withoutStdin = true;
        return this;
    }

    /**
     * What to do at the end of stdin where the server cannot be told; the default is {@link WithoutHalfClose#REFUSE}.
     *
     * @param newPolicy what to do
     * @return this
     */
    public ExecRequest withoutHalfClose(WithoutHalfClose newPolicy) {
        policy = newPolicy;
        return this;
    }

    /**
     * Gives the command a terminal; stderr comes on stdout then.
     *
     * @param size its size at the start, sent before anything else
     * @return this
     */
    public ExecRequest tty(TerminalSize size) {
        terminal = size;
        return this;
    }

    /**
     * Ends the session when the command has not ended by then, connecting included. The result is {@link
     * ExecResult.NoStatus} with a {@link WsTimeoutException}. The server is told with a Close; {@link #run} gives it a second
     * beyond the bound to answer, while users of {@link #start} may call {@link ExecSession#awaitDisconnect}.
     *
     * @param bound from the call of run or start
     * @return this
     */
    public ExecRequest timeout(Duration bound) {
        if (bound.isNegative() || bound.isZero()) {
            throw new IllegalArgumentException("timeout " + bound + "; expected more than nothing");
        }
        timeout = bound;
        return this;
    }

    /**
     * How much of each output {@link #run} keeps; what comes beyond is dropped, and the outcome says so. The default is 16
     * MiB.
     *
     * @param bytes zero or more
     * @return this
     */
    public ExecRequest maxCapture(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("capture of " + bytes + " bytes; expected zero or more");
        }
        maxCaptureBytes = bytes;
        return this;
    }

    /**
     * Runs the command to its end.
     *
     * @return how it ended and what it wrote; a command that fails is an outcome, not an exception
     * @throws io.wsstream.core.HandshakeException if the server refused
     * @throws HalfCloseUnsupportedException if there is a stdin whose end the server cannot be told
     * @throws IOException if there was no connection
     * @throws InterruptedException if the caller was interrupted; the session is ended then
     */
    public ExecOutcome run() throws IOException, InterruptedException {
        Capture out = new Capture(maxCaptureBytes);
        Capture err = new Capture(maxCaptureBytes);
        boolean[] outTaken = new boolean[1];
        ExecSession session = open(source != null, channel -> {
            boolean first = !outTaken[0];
            outTaken[0] = true;
            channel.deliverTo(first ? out : err);
            return null;
        });
        try (session) {
            ExecResult result = session.await();
            session.awaitClose();
            return new ExecOutcome(result, out.bytes(), err.bytes(), out.isTruncated() || err.isTruncated());
        }
    }

    /**
     * Starts the command, with an open stdin unless a source was given or {@link #withoutStdin} said otherwise.
     *
     * @return the session; whoever gets it closes it
     * @throws io.wsstream.core.HandshakeException if the server refused
     * @throws HalfCloseUnsupportedException if there is a source for stdin whose end the server cannot be told
     * @throws IOException if there was no connection
     * @throws InterruptedException if the caller was interrupted; nothing is left open
     */
    public ExecSession start() throws IOException, InterruptedException {
        return open(!withoutStdin, channel -> new ChannelInputStream(channel, BUFFER_BYTES));
    }

    private ExecSession open(boolean withStdin, ExecSession.Outputs outputs) throws IOException, InterruptedException {
        sessions.check();
        long begun = System.nanoTime();
        InputStream feed = source == null ? null : source.open();
        boolean feeding = false;
        try {
            Duration bound = dialer.settings().handshakeBound();
            if (timeout != null && timeout.compareTo(bound) < 0) {
                bound = timeout;
            }
            Upgraded upgraded = dialer.dial(pathAndQuery(withStdin), bound);
            if (feed != null && !upgraded.subprotocol().hasClose() && policy == WithoutHalfClose.REFUSE) {
                upgraded.link().abort();
                throw new HalfCloseUnsupportedException(upgraded.subprotocol());
            }
            ExecSession.Plan plan = new ExecSession.Plan(
                    outputs,
                    withStdin,
                    terminal != null,
                    policy,
                    dialer.settings().resizeChannel(),
                    dialer.settings().silenceIsSuccess());
            ExecSession session = new ExecSession(upgraded, plan, sessions);
            session.start(timeout, left(begun), terminal);
            if (feed != null) {
                session.pump(feed, ownsSource);
                feeding = true;
            }
            return session;
        } finally {
            if (feed != null && ownsSource && !feeding) {
                feed.close();
            }
        }
    }

    private Duration left(long begun) {
        Duration left = timeout == null ? Duration.ZERO : timeout.minusNanos(System.nanoTime() - begun);
        return left.isNegative() ? Duration.ZERO : left;
    }

    // ---------------------------------------------------------------- the URL

    private String pathAndQuery(boolean withStdin) {
        StringBuilder url = new StringBuilder("/api/v1/namespaces/")
                .append(encoded(namespace))
                .append("/pods/")
                .append(encoded(pod))
                .append("/exec?");
        for (String word : command) {
            url.append("command=").append(encoded(word)).append('&');
        }
        if (container != null) {
            url.append("container=").append(encoded(container)).append('&');
        }
        // All four, always: servers have had other defaults than their documents.
        return url.append("stdin=")
                .append(withStdin)
                .append("&stdout=true&stderr=")
                .append(terminal == null)
                .append("&tty=")
                .append(terminal != null)
                .toString();
    }

    /** Percent-encodes all but the unreserved characters of RFC 3986; a plus for a blank is for forms only. */
    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (octet & 0xFF);
            if (UNRESERVED.indexOf(character) >= 0) {
                encoded.append(character);
            } else {
                encoded.append('%').append(String.format("%02X", (int) character));
            }
        }
        return encoded.toString();
    }
}
