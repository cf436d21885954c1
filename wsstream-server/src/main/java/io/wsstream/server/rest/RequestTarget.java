package io.wsstream.server.rest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request target taken apart: path segments and query parameters, decoded.
 *
 * <p>Stricter than Go, which silently drops a parameter that it cannot decode: a command would run without that argument.
 * Malformed percent-encoding, invalid UTF-8 and NUL are refused with 400.
 *
 * <p>Source: Go {@code net/url}; {@code apimachinery/pkg/runtime/conversion.go} for booleans; PROTOCOL.md 1.2.
 *
 * @param authority host and port of an absolute-form target
 * @param path the raw path, starting with a slash
 * @param query the raw query without its question mark; empty when there is none
 */
record RequestTarget(Optional<String> authority, String path, String query) {

    static RequestTarget parse(String target) {
        Optional<String> authority = Optional.empty();
        String rest = target;
        String lower = target.substring(0, Math.min(8, target.length())).toLowerCase(Locale.ROOT);
        if (lower.startsWith("http://") || lower.startsWith("https://")) {
            int start = target.indexOf("//") + 2;
            int end = start;
            while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
                end++;
            }
            authority = Optional.of(target.substring(start, end));
            rest = end < target.length() && target.charAt(end) == '/'
                    ? target.substring(end)
                    : "/" + target.substring(end);
        }
        int question = rest.indexOf('?');
        String path = question < 0 ? rest : rest.substring(0, question);
        String query = question < 0 ? "" : rest.substring(question + 1);
        if (!path.startsWith("/") || rest.indexOf('#') >= 0) {
            throw Refusal.badRequest(
                    "the request target is neither a path nor a URL; expected /path or /path?query, without a fragment");
        }
        return new RequestTarget(authority, path, query);
    }

    /**
     * The decoded segments of the path below a prefix; a slash at the end makes no difference.
     *
     * @param prefix empty, or a raw path without a slash at the end
     * @return the segments, none for the prefix itself; empty if the path lies elsewhere
     */
    Optional<List<String>> segmentsBelow(String prefix) {
        if (!path.startsWith(prefix + "/") && !path.equals(prefix)) {
            return Optional.empty();
        }
        String below = path.substring(prefix.length());
        if (below.endsWith("/")) {
            below = below.substring(0, below.length() - 1);
        }
        if (below.isEmpty()) {
            return Optional.of(List.of());
        }
        List<String> segments = new ArrayList<>();
        for (String segment : below.substring(1).split("/", -1)) {
            segments.add(decode(segment, false, "the path"));
        }
        return Optional.of(List.copyOf(segments));
    }

    /** {@return the decoded parameters: name to values, both in the order of the query} */
    Map<String, List<String>> parameters() {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals), true, "a parameter's name");
            String value =
                    equals < 0 ? "" : decode(pair.substring(equals + 1), true, "parameter " + Refusal.quote(name));
            parameters.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
        }
        return Collections.unmodifiableMap(parameters);
    }

    /** As Kubernetes reads booleans: absent, {@code 0} and {@code false} are false, everything else is true. */
    static boolean flag(Map<String, List<String>> parameters, String name) {
        List<String> values = parameters.get(name);
        if (values == null) {
            return false;
        }
        String first = values.get(0);
        return !first.equals("0") && !first.equalsIgnoreCase("false");
    }

    static String first(Map<String, List<String>> parameters, String name) {
        List<String> values = parameters.get(name);
        return values == null ? "" : values.get(0);
    }

    private static String decode(String raw, boolean plusIsBlank, String where) {
        byte[] bytes = new byte[raw.length()];
        int length = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                int high = i + 2 < raw.length() ? hex(raw.charAt(i + 1)) : -1;
                int low = i + 2 < raw.length() ? hex(raw.charAt(i + 2)) : -1;
                if (high < 0 || low < 0) {
                    throw Refusal.badRequest("malformed percent-encoding in " + where
                            + "; expected % and two hex digits, a percent sign itself is %25");
                }
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            } else if (c == '+' && plusIsBlank) {
                bytes[length++] = ' ';
            } else if (c < 0x100) {
                // Listeners hand on bytes as Latin-1 characters; Go takes raw UTF-8 here too.
                bytes[length++] = (byte) c;
            } else {
                throw Refusal.badRequest("a character beyond bytes in " + where + "; expected percent-encoded UTF-8");
            }
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw Refusal.badRequest("invalid UTF-8 in " + where + "; expected percent-encoded UTF-8");
        }
        if (text.indexOf('\0') >= 0) {
            throw Refusal.badRequest("NUL in " + where + "; no argument or name can hold it");
        }
        return text;
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
