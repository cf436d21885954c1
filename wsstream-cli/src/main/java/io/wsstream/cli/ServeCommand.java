package io.wsstream.cli;

import io.wsstream.server.Authenticator;
import io.wsstream.server.HostPolicy;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.TlsIdentity;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code wsstream serve}: a server whose pod {@code local} runs commands on this host. */
@Command(
        name = ServeCommand.NAME,
        mixinStandardHelpOptions = true,
        description = "Serves exec on this host to kubectl and other clients, until SIGTERM.")
final class ServeCommand implements Callable<Integer> {
    static final String NAME = "serve";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where to listen; port 0 takes a free one. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init")
    private String listen;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Writes a kubeconfig there, for stock kubectl; otherwise into a temporary file.")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Reads the bearer token from there instead of making one.")
    private @Nullable Path tokenFile;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Certificate chain, PEM; with --tls-key.")
    private @Nullable Path tlsCert;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key, PEM.")
    private @Nullable Path tlsKey;

    @Option(
            names = "--insecure-no-auth",
            description = "Plain HTTP and no token, for whoever reaches the port. On loopback only.")
    private boolean insecure;

    @Option(
            names = "--allowed-host",
            paramLabel = "NAME",
            description = "One more name under which clients may reach this server. Repeatable.")
    private List<String> allowedHosts = new ArrayList<>();

    @Option(
            names = "--allowed-origin",
            paramLabel = "ORIGIN",
            description = "A web page that may use this server, such as https://console.example.com. Repeatable.")
    private List<String> allowedOrigins = new ArrayList<>();

    @Option(
            names = "--host-exec",
            description = "Off loopback too, lets whoever has the token run commands on this host.")
    private boolean hostExec;

    ServeCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        int colon = listen.lastIndexOf(':');
        String host = colon < 0 ? listen : bare(listen.substring(0, colon));
        int port = port(colon <= 0 ? "" : listen.substring(colon + 1));
        boolean loopback = HostPolicy.loopback().allowsHost(host.contains(":") ? "[" + host + "]" : host);
        if (insecure && !loopback) {
            throw usage("--insecure-no-auth serves loopback only; " + host + " can be reached from other hosts");
        }
        if (insecure && (tokenFile != null || tlsCert != null || tlsKey != null)) {
            throw usage("--insecure-no-auth uses neither token nor TLS; leave out --token-file, --tls-cert, --tls-key");
        }
        if (!loopback && !hostExec) {
            throw usage("off loopback, whoever has the token could run commands on this host from " + host
                    + "; say --host-exec if that is what you want");
        }
        if ((tlsCert == null) != (tlsKey == null)) {
            throw usage("--tls-cert and --tls-key go together");
        }
        CountDownLatch stopped = new CountDownLatch(1);
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = server(host, port, loopback, processes)) {
            Path config = writeKubeconfig(server);
            Thread hook = new Thread(() -> stop(server, processes, config), "wsstream-stop");
            Runtime.getRuntime().addShutdownHook(hook);
            PrintWriter out = spec.commandLine().getOut();
            out.println("listening on " + server.uri());
            out.println("kubeconfig " + config);
            out.flush();
            stopped.await();
        }
        return 0;
    }

    /** What SIGTERM ends with is 0, not the JVM's 143: it was asked to stop, and did. */
    private void stop(WsStreamServer server, LocalProcess processes, Path config) {
        server.close();
        processes.close();
        if (kubeconfig == null) {
            deleteQuietly(config);
        }
        Runtime.getRuntime().halt(0);
    }

    private WsStreamServer server(String host, int port, boolean loopback, LocalProcess processes) throws IOException {
        WsStreamServer.Builder server = WsStreamServer.builder()
                .listen(host, port)
                .pods(PodCatalog.of(Pod.of("local", "main")))
                .exec(processes);
        List<String> names = new ArrayList<>(allowedHosts);
        if (!loopback && !host.equals("0.0.0.0") && !host.equals("::")) {
            names.add(host);
        }
        server.hosts(HostPolicy.loopback().withHosts(names).withOrigins(allowedOrigins));
        if (insecure) {
            server.plainHttp().authenticator(Authenticator.none());
        } else if (tlsCert != null && tlsKey != null) {
            server.tls(TlsIdentity.load(tlsCert, tlsKey));
        } else {
            server.tls(TlsIdentity.generate(names));
        }
        if (tokenFile != null) {
            server.token(token(tokenFile));
        }
        return server.start();
    }

    private Path writeKubeconfig(WsStreamServer server) throws IOException {
        Path file = kubeconfig;
        if (file == null) {
            file = Files.createTempDirectory("wsstream").resolve("kubeconfig");
        }
        server.writeKubeconfig(file);
        return file;
    }

    private static void deleteQuietly(Path config) {
        try {
            Files.deleteIfExists(config);
            Path directory = config.getParent();
            if (directory != null) {
                Files.deleteIfExists(directory);
            }
        } catch (IOException leftBehind) {
            // A temporary file; the token in it is worth nothing any more.
        }
    }

    private static String token(Path file) throws IOException {
        String token;
        try {
            token = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException unreadable) {
            String why = Files.exists(file) ? "cannot be read" : "does not exist";
            throw new IOException("the token file " + file + " " + why, unreadable);
        }
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IOException(
                    "the token file " + file + " holds no token; expected one line of printable ASCII without blanks");
        }
        return token;
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw usage("--listen " + listen + "; expected HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:8443");
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
