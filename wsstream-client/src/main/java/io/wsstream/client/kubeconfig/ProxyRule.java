package io.wsstream.client.kubeconfig;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which proxy leads to a server.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> none; no name is looked up.
 *
 * <p>Source: {@code golang.org/x/net/http/httpproxy}, which kubectl uses.
 */
@FunctionalInterface
interface ProxyRule {
    /** Straight to every server. */
    ProxyRule NONE = server -> null;

    /** What the environment of this process says. */
    ProxyRule ENVIRONMENT = environment(System.getenv());

    /**
     * Decides.
     *
     * @param server https or http
     * @return {@code http://[USER:PASSWORD@]HOST:PORT}, or null for none
     * @throws ClusterAccessException if the proxy is of a kind that is not supported
     */
    @Nullable
    URI proxyFor(URI server) throws ClusterAccessException;

    /** Always this one, as {@code proxy-url} of a kubeconfig says: exceptions do not apply to it. */
    static ProxyRule fixed(String proxy, String origin) throws ClusterAccessException {
        URI checked = checked(proxy, origin);
        return server -> checked;
    }

    /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or the same in lower case. */
    static ProxyRule environment(Map<String, String> variables) {
        return server -> {
            String name = "https".equals(server.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY";
            String proxy = variable(variables, name);
            if (proxy.isEmpty() || isExempt(server, List.of(variable(variables, "NO_PROXY")))) {
                return null;
            }
            return checked(proxy, name + " of the environment");
        };
    }

    /** The proxies of a fabric8 configuration. */
    static ProxyRule perScheme(@Nullable String https, @Nullable String http, List<String> exceptions, String origin) {
        return server -> {
            String proxy = "https".equals(server.getScheme()) ? https : http;
            return proxy == null || proxy.isEmpty() || isExempt(server, exceptions) ? null : checked(proxy, origin);
        };
    }

    private static String variable(Map<String, String> variables, String name) {
        String value = variables.getOrDefault(name, "");
        return (value.isEmpty() ? variables.getOrDefault(name.toLowerCase(Locale.ROOT), "") : value).strip();
    }

    private static URI checked(String proxy, String origin) throws ClusterAccessException {
        URI url = null;
        try {
            url = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
        } catch (IllegalArgumentException malformed) {
            // Told below, without the text: it may hold a password.
        }
        if (url == null || url.getHost() == null) {
            throw new ClusterAccessException(
                    "the proxy of " + origin + " is no URL; expected http://[USER:PASSWORD@]HOST[:PORT]", null);
        }
        if (!"http".equals(url.getScheme())) {
            throw new ClusterAccessException(
                    origin + " asks for a proxy of kind " + url.getScheme()
                            + "; only http:// proxies (CONNECT) are supported; use one, or name the server in NO_PROXY",
                    null);
        }
        return url;
    }

    // ---------------------------------------------------------------- exceptions

    private static boolean isExempt(URI server, List<String> exceptions) {
        String host = bare(server.getHost());
        int port = server.getPort() >= 0 ? server.getPort() : "https".equals(server.getScheme()) ? 443 : 80;
        InetAddress address = literal(host);
        if (host.equals("localhost") || (address != null && address.isLoopbackAddress())) {
            return true;
        }
        return exceptions.stream()
                .flatMap(list -> Arrays.stream(list.split(",")))
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .anyMatch(entry -> matches(entry, host, port, address));
    }

    private static boolean matches(String entry, String host, int port, @Nullable InetAddress address) {
        if (entry.isEmpty() || entry.equals("*")) {
            return !entry.isEmpty();
        }
        int slash = entry.indexOf('/');
        if (slash > 0) {
            return address != null && isWithin(address, entry.substring(0, slash), entry.substring(slash + 1));
        }
        String name = entry;
        if (entry.matches("\\[.*\\](:\\d+)?|[^:]*:\\d+")) {
            int colon = entry.lastIndexOf(':');
            if (!entry.endsWith("]")) {
                if (!entry.substring(colon + 1).equals(Integer.toString(port))) {
                    return false;
                }
                name = entry.substring(0, colon);
            }
            name = bare(name);
        }
        InetAddress named = literal(name);
        if (named != null) {
            return named.equals(address);
        }
        String domain = name.startsWith("*.") ? name.substring(1) : name;
        return domain.startsWith(".") ? host.endsWith(domain) : host.equals(domain) || host.endsWith("." + domain);
    }

    private static boolean isWithin(InetAddress address, String network, String bits) {
        InetAddress base = literal(bare(network));
        byte[] one = address.getAddress();
        if (base == null || base.getAddress().length != one.length || !bits.matches("\\d{1,3}")) {
            return false;
        }
        int dropped = 8 * one.length - Integer.parseInt(bits);
        return dropped >= 0
                && new BigInteger(1, one)
                        .shiftRight(dropped)
                        .equals(new BigInteger(1, base.getAddress()).shiftRight(dropped));
    }

    private static String bare(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.startsWith("[") && lower.endsWith("]") ? lower.substring(1, lower.length() - 1) : lower;
    }

    /** An address that stands there as such; a name is not looked up. */
    private static @Nullable InetAddress literal(String host) {
        if (!host.matches("\\d{1,3}(\\.\\d{1,3}){3}") && host.indexOf(':') < 0) {
            return null;
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException noAddress) {
            return null;
        }
    }
}
