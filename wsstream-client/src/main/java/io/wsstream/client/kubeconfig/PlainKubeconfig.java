package io.wsstream.client.kubeconfig;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A context of a kubeconfig that needs a server and a token and no more, read without fabric8: its model of a kubeconfig
 * takes a tenth of a second to load, longer than many a command takes to run.
 *
 * <p>Whatever else a kubeconfig holds, and whatever is wrong with it, is left to fabric8, so that nothing is overlooked
 * and there is one place that explains.
 *
 * @param context its name
 * @param caFile absolute, as is {@code tokenFile}
 */
record PlainKubeconfig(
        String context,
        String server,
        String namespace,
        @Nullable String caData,
        @Nullable String caFile,
        boolean insecure,
        String tlsServerName,
        @Nullable String proxyUrl,
        @Nullable String token,
        @Nullable Path tokenFile) {
    private static final String INSECURE = "insecure-skip-tls-verify";
    private static final Set<String> OF_CONTEXT = Set.of("cluster", "user", "namespace");
    private static final Set<String> OF_CLUSTER = Set.of(
            "server", "certificate-authority", "certificate-authority-data", INSECURE, "tls-server-name", "proxy-url");
    private static final Set<String> OF_USER = Set.of("token", "tokenFile");

    /**
     * Reads the file that fabric8 would find, if it would find one and leave it as it is.
     *
     * @param context its name, or null for the current one
     * @return the context, or null when it is for fabric8 to read, or to look elsewhere
     */
    static @Nullable PlainKubeconfig detect(
            @Nullable String context, Map<String, String> environment, Properties properties) {
        boolean overridden = Stream.concat(environment.keySet().stream(), properties.stringPropertyNames().stream())
                .anyMatch(PlainKubeconfig::isOverride);
        String home = environment.getOrDefault("HOME", "");
        String found = Stream.of(
                        properties.getProperty("kubeconfig", ""),
                        environment.getOrDefault("KUBECONFIG", ""),
                        home.isEmpty() ? "" : home + "/.kube/config")
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse("");
        if (overridden || found.contains(File.pathSeparator) || !new File(found).isFile()) {
            return null;
        }
        return read(new File(found).toPath(), context);
    }

    /** Whether it is a setting of fabric8's own, which goes before the file. Kubernetes gives the others to containers. */
    private static boolean isOverride(String name) {
        return name.startsWith("kubernetes.")
                || (name.startsWith("KUBERNETES_")
                        && !name.startsWith("KUBERNETES_SERVICE_")
                        && !name.startsWith("KUBERNETES_PORT"));
    }

    /**
     * Reads it.
     *
     * @param context its name, or null for the current one
     * @return the context, or null when it is for fabric8 to read
     */
    static @Nullable PlainKubeconfig read(Path file, @Nullable String context) {
        try {
            Object whole = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
            return whole instanceof Map<?, ?> entries ? read(file, entries, context) : null;
        } catch (IOException | YamlEngineException | InvalidPathException unreadable) {
            return null;
        }
    }

    private static @Nullable PlainKubeconfig read(Path file, Map<?, ?> whole, @Nullable String asked) {
        Object name = asked == null ? whole.get("current-context") : asked;
        Map<?, ?> context = named(name, whole.get("contexts"), "context", OF_CONTEXT);
        if (!(name instanceof String known) || context == null) {
            return null;
        }
        Map<?, ?> cluster = named(context.get("cluster"), whole.get("clusters"), "cluster", OF_CLUSTER);
        Map<?, ?> user = named(context.get("user"), whole.get("users"), "user", OF_USER);
        if (cluster == null || user == null) {
            return null;
        }
        String server = text(cluster, "server");
        if (server == null || !hasScheme(server)) {
            return null;
        }
        Path here = file.toAbsolutePath();
        String ca = text(cluster, "certificate-authority");
        String tokenFile = text(user, "tokenFile");
        return new PlainKubeconfig(
                known,
                server,
                Objects.requireNonNullElse(text(context, "namespace"), "default"),
                text(cluster, "certificate-authority-data"),
                ca == null ? null : here.resolveSibling(ca).toString(),
                Boolean.TRUE.equals(cluster.get(INSECURE)),
                Objects.requireNonNullElse(text(cluster, "tls-server-name"), ""),
                text(cluster, "proxy-url"),
                text(user, "token"),
                tokenFile == null ? null : here.resolveSibling(tokenFile));
    }

    /** fabric8 adds one where there is none. */
    private static boolean hasScheme(String server) {
        return server.startsWith("https://") || server.startsWith("http://");
    }

    /** The value of the one entry of that name; null when there is no such entry, or more than one, or more in it. */
    private static @Nullable Map<?, ?> named(
            @Nullable Object name, @Nullable Object list, String kind, Set<String> keys) {
        if (!(list instanceof List<?> entries)) {
            return null;
        }
        List<?> values = entries.stream()
                .filter(entry -> entry instanceof Map<?, ?> fields && Objects.equals(name, fields.get("name")))
                .map(entry -> ((Map<?, ?>) entry).get(kind))
                .toList();
        return values.size() == 1 && values.get(0) instanceof Map<?, ?> value && isPlain(value, keys) ? value : null;
    }

    private static boolean isPlain(Map<?, ?> value, Set<String> keys) {
        return value.entrySet().stream()
                .allMatch(entry -> keys.contains(entry.getKey())
                        && (INSECURE.equals(entry.getKey())
                                ? entry.getValue() instanceof Boolean
                                : entry.getValue() instanceof String));
    }

    /** A text of an entry found plain; null where there is none, or an empty one. */
    private static @Nullable String text(Map<?, ?> plain, String key) {
        return plain.get(key) instanceof String text && !text.isEmpty() ? text : null;
    }
}
