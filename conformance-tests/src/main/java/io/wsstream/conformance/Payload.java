package io.wsstream.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Bytes as a case file writes them: text, {@code {hex}}, {@code {random}}, {@code {repeat, times}}, or a list of these. */
public final class Payload {
    private Payload() {}

    /** {@return whether the node writes bytes, and no condition on bytes} */
    static boolean isPayload(Node node) {
        return node.isText() || node.has("hex") || node.has("random") || node.has("repeat");
    }

    /**
     * Checks that the node writes bytes, and makes none of them: some are many.
     *
     * @throws CaseFormatException if it does not
     */
    static void check(Node node) {
        if (node.isText()) {
            return;
        }
        if (node.has("hex")) {
            byte[] unused = of(node);
        } else if (node.has("random")) {
            int unused = node.only("random").need("random").number();
        } else if (node.has("repeat")) {
            check(node.only("repeat", "times").need("repeat"));
            int unused = node.need("times").number();
        } else {
            parts(node).forEach(Payload::check);
        }
    }

    private static List<Node> parts(Node node) {
        List<Node> parts = node.list();
        if (parts.size() == 1 && parts.get(0) == node) {
            throw node.wrong(
                    "bytes are expected: text, {hex: ..}, {random: N}, {repeat: .., times: N}, or a list of them");
        }
        return parts;
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
            byte[] all = new byte[once.length * node.need("times").number()];
            for (int at = 0; at < all.length; at += once.length) {
                System.arraycopy(once, 0, all, at, once.length);
            }
            return all;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts(node).forEach(part -> all.writeBytes(of(part)));
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
