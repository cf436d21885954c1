package io.wsstream.cli;

import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.client.kubeconfig.ClusterAccessException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that say where the cluster is.
 *
 * <p>{@code --server} without {@code --kubeconfig} or {@code --context} uses no kubeconfig at all: a token from there
 * would go to a server it was not made for.
 */
final class ClusterOptions {
    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "Default: KUBECONFIG, then ~/.kube/config.")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "Context of the kubeconfig. Default: its current one.")
    private @Nullable String context;

    @Option(
            names = {"-s", "--server"},
            paramLabel = "URL",
            description = "URL of the API server.")
    private @Nullable String server;

    @Option(names = "--token", paramLabel = "TOKEN", description = "Bearer token.")
    private @Nullable String token;

    @Option(names = "--certificate-authority", paramLabel = "FILE", description = "CA of the server, as PEM.")
    private @Nullable Path ca;

    @Option(
            names = "--insecure-skip-tls-verify",
            description = "Trust any server. Whoever sits between gets the token.")
    private boolean insecure;

    ClusterAccess access() throws ClusterAccessException {
        ClusterAccess access;
        if (kubeconfig != null) {
            access = ClusterAccess.kubeconfig(kubeconfig, context);
        } else if (server != null && context == null) {
            access = ClusterAccess.url(uri(server));
        } else {
            access = ClusterAccess.detect(context);
        }
        access = server == null ? access : access.server(uri(server));
        access = token == null ? access : access.token(token);
        access = ca == null ? access : access.caFile(ca);
        return insecure ? access.insecureSkipTlsVerify() : access;
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException(
                    "server URL '" + text + "'; expected https://HOST[:PORT][/PATH], or http", malformed);
        }
    }
}
