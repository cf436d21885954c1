package io.wsstream.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;

/** Bytes as a case file writes them: text, {@code {hex}}, {@code {random}}, {@code {repeat, times}}, or a list of these. */
public final class Payload {
    private Payload() {}

    /** {@return whether the node writes bytes, and no condition on bytes} */
    static boolean isPayload(Node node) {
        return node.isText() || node.has("hex") || node.has("random") || node.has("repeat");
    }

    /** {@return the bytes that the node writes} */
    public static byte[] of(Node node) {
        if (node.isText()) {
            return node.text().getBytes(StandardCharsets.UTF_8);
        }
        if (node.has("hex")) {
            return hex(node.only("hex").need("hex"));
        }
        if (node.has("random")) {
            byte[] bytes = new byte[node.only("random").need("random").number()];
            new Random(bytes.length).nextBytes(bytes);
            return bytes;
        }
        if (node.has("repeat")) {
            byte[] once = of(node.only("repeat", "times").need("repeat"));
            return new String(once, StandardCharsets.ISO_8859_1)
                    .repeat(node.need("times").number())
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (node.list().size() == 1 && node.list().get(0) == node) {
            throw node.wrong(
                    "bytes are expected: text, {hex: ..}, {random: N}, {repeat: .., times: N}, or a list of them");
        }
        node.list().forEach(part -> all.writeBytes(of(part)));
        return all.toByteArray();
    }

    private static byte[] hex(Node node) {
        try {
            return HexFormat.of().parseHex(node.text().replace(" ", ""));
        } catch (IllegalArgumentException notHex) {
            throw node.wrong(notHex.getMessage() + " in " + node.text());
        }
    }
}
