package io.wsstream.client.kubeconfig;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a kubeconfig says of its current user and cluster that fabric8's {@code Config} leaves out. Of a configuration that
 * was not made from a file nothing is known.
 *
 * @param tokenFile where the token is, or null
 * @param proxyUrl the cluster's {@code proxy-url}, or null
 */
record CurrentUser(@Nullable Path tokenFile, @Nullable String proxyUrl) {
    /**
     * Reads it.
     *
     * @throws ClusterAccessException if the user is not there, or has what is not supported
     */
    static CurrentUser of(Config config, String what) throws ClusterAccessException {
        String asked = impersonation(
                config.getImpersonateUsername(),
                config.getImpersonateGroups() == null ? List.of() : List.of(config.getImpersonateGroups()),
                null,
                config.getImpersonateExtras() == null
                        ? 0
                        : config.getImpersonateExtras().size());
        if (!asked.isEmpty()) {
            throw impersonating(what, asked);
        }
        if (config.getCurrentContext() == null || config.getCurrentContext().getContext() == null) {
            return new CurrentUser(null, null);
        }
        File users = config.getFileWithAuthInfo();
        File clusters = config.getFileWithCluster();
        io.fabric8.kubernetes.api.model.Config withUser = users == null ? null : parsed(users);
        io.fabric8.kubernetes.api.model.Config withCluster =
                clusters == null ? null : clusters.equals(users) ? withUser : parsed(clusters);
        return new CurrentUser(tokenFile(config, withUser, what), proxyUrl(config, withCluster, what));
    }

    private static @Nullable Path tokenFile(
            Config config, io.fabric8.kubernetes.api.model.@Nullable Config whole, String what)
            throws ClusterAccessException {
        String name = config.getCurrentContext().getContext().getUser();
        File file = config.getFileWithAuthInfo();
        if (file == null || whole == null) {
            if (notEmpty(name) && config.getFile() != null) {
                throw new ClusterAccessException(
                        "context '" + config.getCurrentContext().getName() + "' names user '" + name
                                + "', which is not in " + what + "; add it there, or choose another context",
                        null);
            }
            return null;
        }
        AuthInfo user = whole.getUsers().stream()
                .filter(entry -> entry.getName().equals(name) && entry.getUser() != null)
                .map(entry -> entry.getUser())
                .findFirst()
                .orElseGet(AuthInfo::new);
        String who = what + ": user '" + name + "'";
        String asked = impersonation(
                user.getAs(),
                user.getAsGroups() == null ? List.of() : user.getAsGroups(),
                user.getAsUid(),
                user.getAsUserExtra() == null ? 0 : user.getAsUserExtra().size());
        if (!asked.isEmpty()) {
            throw impersonating(who, asked);
        }
        if (notEmpty(user.getTokenFile())) {
            return file.toPath().toAbsolutePath().resolveSibling(user.getTokenFile());
        }
        checkMade(config, user, who);
        return null;
    }

    /** A plugin that fails is a warning in a log to fabric8, and then nobody asks as nobody. */
    private static void checkMade(Config config, AuthInfo user, String who) throws ClusterAccessException {
        boolean made = notEmpty(config.getOauthToken())
                || notEmpty(config.getAutoOAuthToken())
                || notEmpty(config.getClientCertData())
                || notEmpty(config.getClientCertFile())
                || notEmpty(config.getUsername())
                || config.getOauthTokenProvider() != null;
        if (!made && user.getExec() != null) {
            throw new ClusterAccessException(
                    who + " has the exec plugin '" + user.getExec().getCommand()
                            + "', which gave no credentials; run it by hand to see why",
                    null);
        }
        if (!made && user.getAuthProvider() != null) {
            throw new ClusterAccessException(
                    who + " has the auth-provider '" + user.getAuthProvider().getName()
                            + "' without a token; use an exec plugin instead",
                    null);
        }
    }

    private static @Nullable String proxyUrl(
            Config config, io.fabric8.kubernetes.api.model.@Nullable Config whole, String what)
            throws ClusterAccessException {
        String name = config.getCurrentContext().getContext().getCluster();
        if (whole == null) {
            if (config.getFile() != null) {
                // fabric8 would go on with the host name of a cluster's own API server.
                throw new ClusterAccessException(
                        "context '" + config.getCurrentContext().getName() + "' names cluster '" + name
                                + "', which is not in " + what + "; add it there, or choose another context",
                        null);
            }
            return null;
        }
        return whole.getClusters().stream()
                .filter(entry -> entry.getName().equals(name) && entry.getCluster() != null)
                .map(entry -> entry.getCluster())
                .findFirst()
                .map(Cluster::getProxyUrl)
                .filter(CurrentUser::notEmpty)
                .orElse(null);
    }

    private static io.fabric8.kubernetes.api.model.Config parsed(File file) throws ClusterAccessException {
        try {
            return KubeConfigUtils.parseConfig(file);
        } catch (KubernetesClientException changedMeanwhile) {
            throw new ClusterAccessException(
                    "cannot read the kubeconfig " + file + " again: " + changedMeanwhile.getMessage(),
                    changedMeanwhile);
        }
    }

    private static String impersonation(@Nullable String as, List<String> groups, @Nullable String uid, int extras) {
        List<String> found = new ArrayList<>();
        if (notEmpty(as)) {
            found.add("as");
        }
        if (!groups.isEmpty()) {
            found.add("as-groups");
        }
        if (notEmpty(uid)) {
            found.add("as-uid");
        }
        if (extras > 0) {
            found.add("as-user-extra");
        }
        return String.join(", ", found);
    }

    private static ClusterAccessException impersonating(String who, String asked) {
        return new ClusterAccessException(
                who + " asks to impersonate somebody (" + asked
                        + "), which is not supported; use the credentials of that account itself",
                null);
    }

    private static boolean notEmpty(@Nullable String text) {
        return text != null && !text.isEmpty();
    }
}
