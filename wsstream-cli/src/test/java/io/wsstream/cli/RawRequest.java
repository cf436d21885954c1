package io.wsstream.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The upgrade request of an exec, for tests that then break the rules. */
final class RawRequest {
    private RawRequest() {}

    /** With a pod {@code local}, stdin and stdout, v5. */
    static byte[] exec(URI server, @Nullable String authorization, String command) {
        String text = "GET /api/v1/namespaces/default/pods/local/exec?stdin=true&stdout=true&command=" + command
                + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\n"
                + (authorization == null ? "" : "Authorization: " + authorization + "\r\n")
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n";
        return text.getBytes(US_ASCII);
    }
}
