package io.wsstream.server;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a request brought along to prove who sent it. Immutable; its text form shows no token.
 *
 * @param bearerToken the token of {@code Authorization: Bearer}, or else of the subprotocol entry {@code
 *     base64url.bearer.authorization.k8s.io.*} that browsers use; never empty when present
 * @param clientCertificates the chain that TLS has verified, leaf first; empty without mutual TLS
 * @param peer where the connection comes from
 */
public record Credentials(
        Optional<String> bearerToken, List<X509Certificate> clientCertificates, InetSocketAddress peer) {
    /** Copies the list. */
    public Credentials {
        clientCertificates = List.copyOf(clientCertificates);
    }

    /** {@return who asks from where, with the token left out} */
    @Override
    public String toString() {
        return "Credentials[bearerToken=" + (bearerToken.isPresent() ? "present" : "absent") + ", clientCertificates="
                + clientCertificates.size() + ", peer=" + peer + "]";
    }
}
