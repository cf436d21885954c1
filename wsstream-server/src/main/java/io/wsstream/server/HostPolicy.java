package io.wsstream.server;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Under which names a server answers, and to which web pages. Immutable.
 *
 * <p>A page of {@code evil.example} can point that name at 127.0.0.1 after it was loaded, and its browser then takes our
 * server for its own (DNS rebinding); the {@code Host} header gives it away. A page can also open a WebSocket to any
 * server and the browser sends it; the {@code Origin} header gives that away.
 *
 * <p>{@code Host} must be a loopback name or address ({@code localhost}, 127.0.0.0/8, {@code ::1}) or one of {@code
 * hosts}; ports do not matter, so that tunnels and port mappings work. {@code Origin}, when there is one, must be the
 * request's own scheme, host and port, or one of {@code origins}. Letter case, default ports, and how an IPv6 address is
 * written make no difference.
 *
 * @param hosts further names, each a DNS name, an address, or {@code *.example.com} for one label more
 * @param origins origins of pages that may use this server, such as {@code https://console.example.com}
 */
public record HostPolicy(Set<String> hosts, Set<String> origins) {
    private static final Pattern ORIGIN = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.+)");

    /**
     * Normalises the names.
     *
     * @throws IllegalArgumentException if one of them is no host name, or no origin
     */
    public HostPolicy {
        Set<String> names = new LinkedHashSet<>();
        hosts.forEach(host -> names.add(hostName(host)));
        Set<String> pages = new LinkedHashSet<>();
        origins.forEach(origin -> pages.add(normalOrigin(origin)
                .orElseThrow(() -> new IllegalArgumentException("\"" + origin
                        + "\" is no origin; expected scheme://host or scheme://host:port, without a path"))));
        hosts = Set.copyOf(names);
        origins = Set.copyOf(pages);
    }

    /** {@return the policy of a server that is reached by loopback names only} */
    public static HostPolicy loopback() {
        return new HostPolicy(Set.of(), Set.of());
    }

    /**
     * The same policy with more names, such as those of a {@link TlsIdentity} and of {@code --allowed-host}.
     *
     * @param more names or addresses without ports
     * @return the new policy
     * @throws IllegalArgumentException if one is no host name
     */
    public HostPolicy withHosts(Collection<String> more) {
        Set<String> all = new LinkedHashSet<>(hosts);
        all.addAll(more);
        return new HostPolicy(all, origins);
    }

    /**
     * The same policy with more origins.
     *
     * @param more each {@code scheme://host} or {@code scheme://host:port}
     * @return the new policy
     * @throws IllegalArgumentException if one is no origin
     */
    public HostPolicy withOrigins(Collection<String> more) {
        Set<String> all = new LinkedHashSet<>(origins);
        all.addAll(more);
        return new HostPolicy(hosts, all);
    }

    /**
     * Whether a request for this {@code Host} is meant for us.
     *
     * @param host the header's value, with or without a port
     * @return false for every other name, and for what is no host at all
     */
    public boolean allowsHost(String host) {
        return Authority.parse(host)
                .filter(authority -> authority.isLoopback() || matches(authority.host()))
                .isPresent();
    }

    /**
     * Whether a page of this origin may send this request.
     *
     * @param origin the header's value; {@code null} as browsers write it for sandboxed pages is never allowed
     * @param host the {@code Host} header of the same request
     * @param secure whether it came over TLS
     * @return whether it may
     */
    public boolean allowsOrigin(String origin, String host, boolean secure) {
        Optional<String> page = normalOrigin(origin);
        return page.isPresent()
                && (origins.contains(page.get())
                        || page.equals(normalOrigin((secure ? "https://" : "http://") + host)));
    }

    private boolean matches(String host) {
        int dot = host.indexOf('.');
        return !host.startsWith("*")
                && (hosts.contains(host) || (dot > 0 && hosts.contains("*" + host.substring(dot))));
    }

    static boolean isHostName(String host) {
        return nameOnly(host).isPresent();
    }

    private static String hostName(String host) {
        return nameOnly(host)
                .orElseThrow(() -> new IllegalArgumentException("\"" + host
                        + "\" is no host name; expected a DNS name or an address, without scheme and port"));
    }

    private static Optional<String> nameOnly(String host) {
        boolean bareV6 = !host.startsWith("[") && host.indexOf(':') != host.lastIndexOf(':');
        return Authority.parse(bareV6 ? "[" + host + "]" : host)
                .filter(authority -> authority.port() < 0 && !host.endsWith(":"))
                .map(Authority::host);
    }

    private static Optional<String> normalOrigin(String origin) {
        Matcher matcher = ORIGIN.matcher(origin);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
        int defaultPort = switch (scheme) {
            case "http" -> 80;
            case "https" -> 443;
            default -> -1;
        };
        return Authority.parse(matcher.group(2))
                .map(page -> scheme + "://" + page.host() + ":" + (page.port() < 0 ? defaultPort : page.port()));
    }
}
