package io.wsstream.conformance.client;

import io.wsstream.conformance.Dialect;
import io.wsstream.conformance.Node;
import io.wsstream.conformance.Payload;
import io.wsstream.conformance.wire.Handshake;
import io.wsstream.conformance.wire.HttpHead;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the scripted server answers a request to upgrade with: a 101 as the rules want it, but for what a case changes. */
final class UpgradeAnswer {
    private UpgradeAnswer() {}

    /** {@return whether the answer is one after which there are frames} */
    static boolean isUpgrade(@Nullable Node changes) {
        return changes == null || (!changes.has("raw") && status(changes) == 101);
    }

    private static int status(Node changes) {
        Node status = changes.get("status");
        return status == null ? 101 : status.number();
    }

    static byte[] of(@Nullable Node changes, HttpHead request, Dialect dialect) {
        if (changes != null) {
            changes.only("status", "headers", "body", "early", "raw");
            Node raw = changes.get("raw");
            if (raw != null) {
                return Payload.of(raw);
            }
        }
        int status = changes == null ? 101 : status(changes);
        byte[] body = {};
        Node written = changes == null ? null : changes.get(status == 101 ? "early" : "body");
        if (written != null) {
            body = Payload.of(written);
        }
        Map<String, String> headers = new LinkedHashMap<>();
        if (status == 101) {
            headers.put("Upgrade", "websocket");
            headers.put("Connection", "Upgrade");
            headers.put(
                    "Sec-WebSocket-Accept",
                    Handshake.accept(request.first("Sec-WebSocket-Key").orElse("")));
            if (!dialect.wireName().isEmpty()) {
                headers.put("Sec-WebSocket-Protocol", dialect.wireName());
            }
        } else {
            headers.put("Content-Type", "application/json");
            headers.put("Content-Length", String.valueOf(body.length));
            headers.put("Connection", "close");
        }
        Node changed = changes == null ? null : changes.get("headers");
        if (changed != null) {
            for (String name : changed.keys()) {
                if (changed.isNothing(name)) {
                    headers.remove(name);
                } else {
                    headers.put(name, changed.need(name).text());
                }
            }
        }
        StringBuilder head =
                new StringBuilder("HTTP/1.1 " + status + " " + (status == 101 ? "Switching Protocols" : "No"));
        headers.forEach(
                (name, value) -> head.append("\r\n").append(name).append(": ").append(value));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        all.writeBytes(body);
        return all.toByteArray();
    }
}
