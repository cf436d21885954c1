package io.wsstream.server.rest;

import io.wsstream.core.Subprotocol;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of one HTTP request, as a listener read it. Immutable; its text form shows no header values and no query,
 * because either may hold a secret.
 *
 * @param method as on the wire; methods are case-sensitive
 * @param target the raw request target as on the wire, nothing decoded: {@code /path?query}, or in absolute form
 * @param headers all header lines: name to values in the order of the lines; names in any case are made lower case
 * @param peer where the connection comes from
 * @param secure whether it came over TLS
 * @param clientCertificates the chain that TLS has verified, leaf first; empty without mutual TLS
 */
public record HttpRequest(
        String method,
        String target,
        Map<String, List<String>> headers,
        InetSocketAddress peer,
        boolean secure,
        List<X509Certificate> clientCertificates) {
    /** Copies the headers, with lower-case names. */
    public HttpRequest {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        headers.forEach((name, values) -> copy.computeIfAbsent(name.toLowerCase(Locale.ROOT), key -> new ArrayList<>())
                .addAll(values));
        copy.replaceAll((name, values) -> List.copyOf(values));
        headers = Collections.unmodifiableMap(copy);
        clientCertificates = List.copyOf(clientCertificates);
    }

    /**
     * All lines of one header.
     *
     * @param name lower case
     * @return the values, in order; none when the header is absent
     */
    public List<String> header(String name) {
        return headers.getOrDefault(name, List.of());
    }

    /**
     * The first line of one header.
     *
     * @param name lower case
     * @return its value without blanks around it, or empty when the header is absent
     */
    public Optional<String> firstHeader(String name) {
        return header(name).stream().findFirst().map(String::strip);
    }

    /**
     * Whether a comma list, over all lines of one header (RFC 9110 5.3), holds a token, in any letter case.
     *
     * @param name lower case
     * @param token what to look for
     * @return whether one element equals it
     */
    public boolean listHas(String name, String token) {
        return Subprotocol.parseOffer(header(name)).stream().anyMatch(token::equalsIgnoreCase);
    }

    /** {@return method, path without query, and peer, for a log} */
    @Override
    public String toString() {
        int query = target.indexOf('?');
        return method + " " + (query < 0 ? target : target.substring(0, query)) + " from " + peer;
    }
}
