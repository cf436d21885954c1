package io.wsstream.conformance.client;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of a client: where the server is, and what to do there. Immutable. */
public final class ClientCall {
    /** The token that every call has. */
    public static final String TOKEN = "conformance-token";

    private final URI url;
    private final Path kubeconfig;
    private final List<String> command;
    private final byte @Nullable [] stdin;
    private final boolean stdinStaysOpen;
    private final boolean tty;
    private final @Nullable String offer;
    private final Duration bound;

    ClientCall(
            URI url,
            Path kubeconfig,
            List<String> command,
            byte @Nullable [] stdin,
            boolean stdinStaysOpen,
            boolean tty,
            @Nullable String offer,
            Duration bound) {
        this.url = url;
        this.kubeconfig = kubeconfig;
        this.command = List.copyOf(command);
        this.stdin = stdin;
        this.stdinStaysOpen = stdinStaysOpen;
        this.tty = tty;
        this.offer = offer;
        this.bound = bound;
    }

    /** {@return the server, such as {@code http://127.0.0.1:34567}} */
    public URI url() {
        return url;
    }

    /** {@return a kubeconfig that names the server and the token} */
    public Path kubeconfig() {
        return kubeconfig;
    }

    /** {@return the pod, in namespace {@code default}} */
    public String pod() {
        return "conformance";
    }

    /** {@return the command to ask for} */
    public List<String> command() {
        return command;
    }

    /** {@return what to read on stdin; nothing if stdin is to be left out} */
    public Optional<byte[]> stdin() {
        return Optional.ofNullable(stdin);
    }

    /** {@return whether stdin has no end after these bytes} */
    public boolean stdinStaysOpen() {
        return stdinStaysOpen;
    }

    /** {@return whether to ask for a terminal, of 80 columns and 24 rows} */
    public boolean tty() {
        return tty;
    }

    /** {@return the only subprotocol to offer; nothing if the client offers what it usually does} */
    public Optional<String> offer() {
        return Optional.ofNullable(offer);
    }

    /** {@return how long it may take} */
    public Duration bound() {
        return bound;
    }
}
