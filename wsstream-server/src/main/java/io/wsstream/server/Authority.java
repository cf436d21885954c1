package io.wsstream.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Host and port of a {@code Host} or {@code Origin} header, in the one form in which they can be compared: lower case,
 * no dot at the end, IPv6 written out.
 *
 * <p>Never asks DNS: only literals are parsed as addresses.
 *
 * @param host name or address
 * @param port 0 to 65535, or -1 when none is given
 */
record Authority(String host, int port) {
    private static final Pattern NAME =
            Pattern.compile("([A-Za-z0-9*][A-Za-z0-9._-]*|\\[[0-9A-Fa-f:.]+])(?::([0-9]*))?");

    /** Reads {@code name}, {@code name:port}, {@code [v6]} or {@code [v6]:port}; empty for anything else. */
    static Optional<Authority> parse(String text) {
        Matcher matcher = NAME.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String port = matcher.group(2);
        if (port != null && port.length() > 5) {
            return Optional.empty();
        }
        int number = port == null || port.isEmpty() ? -1 : Integer.parseInt(port);
        if (number > 65535) {
            return Optional.empty();
        }
        return canonical(matcher.group(1)).map(host -> new Authority(host, number));
    }

    private static Optional<String> canonical(String host) {
        if (host.startsWith("[")) {
            try {
                return Optional.of(InetAddress.getByName(host).getHostAddress());
            } catch (UnknownHostException malformed) {
                return Optional.empty();
            }
        }
        String lower = host.toLowerCase(Locale.ROOT);
        return Optional.of(lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower);
    }

    boolean isLoopback() {
        return host.equals("localhost")
                || host.equals("0:0:0:0:0:0:0:1")
                || host.matches("127(\\.(\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])){3}");
    }
}
