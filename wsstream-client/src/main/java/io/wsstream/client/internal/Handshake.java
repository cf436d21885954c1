package io.wsstream.client.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.WsTimeoutException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to get from a name to the answer of the upgrade request: DNS, TCP, a proxy's CONNECT if there is one, TLS and
 * HTTP within one bound.
 *
 * <p><b>Threads:</b> the work is done on a daemon thread {@code wsstream-connect-HOST:PORT}, since a name lookup can be
 * neither bounded nor interrupted; the caller waits, and when the bound passes or it is interrupted closes the socket,
 * which ends that thread (after the lookup, if it is there). <b>Blocking:</b> up to the bound. <b>Memory:</b> see {@link
 * HttpAnswerReader}.
 */
final class Handshake {
    /** How far it came. */
    private enum Phase {
        DNS("looking up the name"),
        TCP("connecting"),
        PROXY("waiting for the proxy's answer to CONNECT"),
        TLS("the TLS handshake"),
        HTTP("waiting for the answer to the upgrade request");

        private final String words;

        Phase(String words) {
            this.words = words;
        }
    }

    /** How long the body of a refusal may pause: its status is known by then. */
    private static final int BODY_PAUSE_MILLIS = 2000;

    /** What a handshake yields; the sockets are the caller's to close. */
    record Result(Socket raw, Socket stream, HttpAnswer answer, String body, ByteBuffer leftover) {}

    private final ServerAddress server;
    private final byte[] request;
    private final Duration bound;
    private final long deadline;
    private final CompletableFuture<Result> done = new CompletableFuture<>();
    private volatile Phase phase = Phase.DNS;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean abandoned;

    @GuardedBy("lock")
    private @Nullable Socket socket;

    Handshake(ServerAddress server, String requestHead, Duration bound) {
        this.server = server;
        this.request = requestHead.getBytes(ISO_8859_1);
        this.bound = bound;
        this.deadline = System.nanoTime() + bound.toNanos();
    }

    /**
     * Runs it.
     *
     * @throws WsTimeoutException if the bound passed
     * @throws InterruptedIOException if the caller was interrupted; its flag is set again
     */
    Result run() throws IOException {
        LinkThread.start(this::connectAndAsk, "wsstream-connect-" + server.name());
        try {
            return done.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw late();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting to " + server.name());
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException known) {
                throw known;
            }
            throw new WsStreamException(
                    "connecting to " + server.name() + " failed: " + failed.getCause(), failed.getCause());
        } finally {
            if (!done.isDone() || done.isCompletedExceptionally()) {
                abandon();
            }
        }
    }

    private WsTimeoutException late() {
        return new WsTimeoutException(
                "no connection to " + server.name() + " within " + ServerAddress.seconds(bound) + "; it stopped at "
                        + phase.words
                        + (phase == Phase.TLS ? "; does the server speak plain http?" : ""),
                bound);
    }

    private void abandon() {
        Socket open;
        synchronized (lock) {
            abandoned = true;
            open = socket;
        }
        close(open);
    }

    private static void close(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException nothingToBeDone) {
            // It is of no more use anyhow.
        }
    }

    private void connectAndAsk() {
        try {
            Result result = ask(connect());
            boolean late;
            synchronized (lock) {
                late = abandoned;
            }
            if (late || !done.complete(result)) {
                close(result.raw());
            }
        } catch (IOException | RuntimeException failed) {
            done.completeExceptionally(explained(failed));
            abandon();
        } catch (Error broken) {
            // Such as a class that is missing: the caller must not wait for the bound and then be told of a silence.
            done.completeExceptionally(broken);
            abandon();
        }
    }

    private Exception explained(Exception failed) {
        if (failed instanceof WsStreamException) {
            return failed;
        }
        if (failed instanceof SocketTimeoutException) {
            return late(); // It shares our bound, and may be first.
        }
        String why = failed.getMessage() == null ? failed.toString() : failed.getMessage();
        ProxyAddress proxy = server.proxy();
        String first = proxy == null ? server.name() : "the proxy " + proxy.name();
        return switch (phase) {
            case DNS ->
                new WsStreamException(
                        proxy == null
                                ? "cannot find the host " + server.host() + "; check the server URL"
                                : "cannot find the host of " + first + "; check the URL of the proxy",
                        failed);
            case TCP -> new WsStreamException("cannot connect to " + first + ": " + why, failed);
            case PROXY ->
                new WsStreamException(
                        "the connection to " + first + " broke before CONNECT was answered: " + why, failed);
            case TLS ->
                new WsStreamException("TLS with " + server.name() + " failed: " + why + tlsAdvice(failed), failed);
            case HTTP ->
                why.contains("fatal alert: ")
                        // TLS 1.3: the server's verdict on our side comes after our side is through.
                        ? new WsStreamException(
                                "TLS with " + server.name() + " failed: " + why + tlsAdvice(failed), failed)
                        : new ConnectionLostException(
                                "the connection to " + server.name() + " broke before the upgrade was answered: " + why,
                                failed);
        };
    }

    private static String tlsAdvice(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            String why = String.valueOf(cause.getMessage());
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return "; its certificate is not valid now, " + Instant.now().truncatedTo(ChronoUnit.SECONDS)
                        + ": renew it, or set the clock";
            }
            if (why.contains("Unsupported or unrecognized SSL message")) {
                return "; does the server speak plain http?";
            }
            if (why.contains("unable to find valid certification path")) {
                return "; its certificate is not signed by a CA that the client was given";
            }
            if (why.startsWith("No subject alternative") || why.startsWith("No name matching")) {
                return "; its certificate is for another name: put that name into the server URL, or into tls-server-name";
            }
            if (why.matches(".*fatal alert: (certificate_required|bad_certificate|handshake_failure)")) {
                return "; does the server ask for a client certificate?";
            }
        }
        return "";
    }

    private Socket connect() throws IOException {
        ProxyAddress proxy = server.proxy();
        String host = proxy == null ? server.host() : proxy.host();
        int port = proxy == null ? server.port() : proxy.port();
        InetAddress[] addresses = InetAddress.getAllByName(host);
        phase = Phase.TCP;
        IOException first = null;
        for (int i = 0; i < addresses.length; i++) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) / (addresses.length - i);
            try {
                return connect(new InetSocketAddress(addresses[i], port), (int) Math.max(1, left));
            } catch (IOException failed) {
                if (first == null) {
                    first = failed;
                }
            }
        }
        throw first == null ? new UnknownHostException(host) : first;
    }

    private Socket connect(InetSocketAddress address, int millis) throws IOException {
        Socket opened = new Socket();
        synchronized (lock) {
            socket = opened;
            if (abandoned) {
                close(opened);
            }
        }
        try {
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            opened.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            opened.connect(address, millis);
            return opened;
        } catch (IOException failed) {
            close(opened);
            throw failed;
        }
    }

    /** Asks the proxy for a tunnel; after it the socket is as if the server were at its other end. */
    private static void tunnel(Socket raw, ProxyAddress proxy, ServerAddress server) throws IOException {
        raw.getOutputStream().write(proxy.connect(server).getBytes(ISO_8859_1));
        HttpAnswerReader reader = HttpAnswerReader.ofProxy(raw.getInputStream(), proxy.name());
        HttpAnswer answer = reader.readHead();
        if (answer.status() < 200 || answer.status() > 299) {
            // With no HTTP status: it is not the server's.
            throw new HandshakeException(
                    "the proxy " + proxy.name() + " refused to connect to " + server.name() + ": "
                            + (answer.status() + " " + answer.reason()).strip()
                            + (answer.status() == 407 ? "; put USER:PASSWORD@ into the URL of the proxy" : ""),
                    0,
                    "",
                    null);
        }
        if (reader.leftover().hasRemaining()) {
            throw new HandshakeException(
                    "the proxy " + proxy.name() + " sent bytes of its own after it had answered CONNECT", 0, "", null);
        }
    }

    private Result ask(Socket raw) throws IOException {
        ProxyAddress proxy = server.proxy();
        if (proxy != null) {
            phase = Phase.PROXY;
            tunnel(raw, proxy, server);
        }
        phase = Phase.TLS;
        Socket stream = server.tls() == null ? raw : secure(raw);
        phase = Phase.HTTP;
        HttpAnswerReader reader = HttpAnswerReader.ofServer(stream.getInputStream());
        HttpAnswer answer = answer(stream, reader);
        String body = "";
        if (answer.status() != 101) {
            stream.setSoTimeout(BODY_PAUSE_MILLIS);
            body = reader.readBody(answer);
        }
        return new Result(raw, stream, answer, body, reader.leftover());
    }

    /**
     * Sends the request and reads the answer. A server may answer and close before it has taken the request, and with TLS
     * 1.3 send its verdict on our certificate then: where the request breaks, that answer still says why.
     */
    private HttpAnswer answer(Socket stream, HttpAnswerReader reader) throws IOException {
        try {
            stream.getOutputStream().write(request);
        } catch (IOException unsent) {
            try {
                stream.setSoTimeout(BODY_PAUSE_MILLIS);
                return reader.readHead();
            } catch (SSLException verdict) {
                verdict.addSuppressed(unsent);
                throw verdict;
            } catch (IOException nothingThere) {
                unsent.addSuppressed(nothingThere);
                throw unsent;
            }
        }
        return reader.readHead();
    }

    private SSLSocket secure(Socket raw) throws IOException {
        if (server.tls() == null
                || !(server.tls().getSocketFactory().createSocket(raw, server.tlsName(), server.port(), true)
                        instanceof SSLSocket secured)) {
            throw new SSLException("no TLS");
        }
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        if (server.verifyName()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }
}
