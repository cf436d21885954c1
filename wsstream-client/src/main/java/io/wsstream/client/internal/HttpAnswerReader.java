package io.wsstream.client.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.HandshakeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the answer to an upgrade request, or of a proxy to CONNECT: its head, and of a refusal the beginning of its body. Bytes after the head of a
 * 101 belong to the connection.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> reads; closing the socket frees it. <b>Memory:</b> {@value #MAX_BYTES} bytes
 * for the head, as many for the body.
 *
 * <p>Source: RFC 9112 sections 2 to 7.
 */
final class HttpAnswerReader {
    static final int MAX_BYTES = 64 * 1024;

    private static final byte[] HTTP = "HTTP/1.".getBytes(ISO_8859_1);

    private final InputStream in;
    private final String who;
    private final String advice;
    private final byte[] buffer = new byte[MAX_BYTES];
    private int start;
    private int end;
    private boolean begun;

    private HttpAnswerReader(InputStream in, String who, String advice) {
        this.in = in;
        this.who = who;
        this.advice = advice;
    }

    static HttpAnswerReader ofServer(InputStream in) {
        return new HttpAnswerReader(in, "the server", "is this the port of a Kubernetes API?");
    }

    static HttpAnswerReader ofProxy(InputStream in, String name) {
        return new HttpAnswerReader(in, "the proxy " + name, "is this the port of an HTTP proxy?");
    }

    /** Reads to the end of the head; interim answers such as 103 are skipped. */
    HttpAnswer readHead() throws IOException {
        while (true) {
            HttpAnswer answer = readOneHead();
            if (answer.status() == 101 || answer.status() >= 200) {
                return answer;
            }
        }
    }

    /** What was read beyond the head. */
    ByteBuffer leftover() {
        return ByteBuffer.wrap(Arrays.copyOfRange(buffer, start, end));
    }

    private HttpAnswer readOneHead() throws IOException {
        String statusLine = readLine();
        String[] parts = statusLine.split(" ", 3);
        if (parts.length < 2 || !parts[1].matches("[1-9]\\d\\d")) {
            throw notHttp(statusLine);
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw notHttp(line);
            }
            headers.computeIfAbsent(
                            line.substring(0, colon).strip().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return new HttpAnswer(Integer.parseInt(parts[1]), parts.length > 2 ? parts[2].strip() : "", headers);
    }

    private String readLine() throws IOException {
        int at = start;
        while (true) {
            for (; at < end; at++) {
                if (buffer[at] == '\n') {
                    int lineEnd = at > start && buffer[at - 1] == '\r' ? at - 1 : at;
                    String line = new String(buffer, start, lineEnd - start, ISO_8859_1);
                    start = at + 1;
                    return line;
                }
            }
            if (end == buffer.length) {
                throw new HandshakeException(
                        "the head of the answer of " + who + " is longer than " + MAX_BYTES + " bytes", 0, "", null);
            }
            int count = in.read(buffer, end, buffer.length - end);
            if (count < 0) {
                throw new ConnectionLostException(who + " closed the connection before it answered", null);
            }
            end += count;
            checkBeginning();
        }
    }

    /** Tells at the first bytes that this is no HTTP: a peer that speaks first may never send a line. */
    private void checkBeginning() throws HandshakeException {
        if (begun) {
            return;
        }
        begun = end >= HTTP.length;
        for (int i = 0; i < Math.min(end, HTTP.length); i++) {
            if (buffer[i] != HTTP[i]) {
                throw notHttp(new String(buffer, 0, Math.min(end, 60), ISO_8859_1));
            }
        }
    }

    private HandshakeException notHttp(String seen) {
        boolean tls = end > 1 && (buffer[0] == 0x15 || buffer[0] == 0x16) && buffer[1] == 3;
        String shown = seen.length() > 60 ? seen.substring(0, 60) + "..." : seen;
        return new HandshakeException(
                tls
                        ? who + " speaks TLS on this port; use https"
                        : "the answer of " + who + " is not HTTP/1.1: \"" + shown.replaceAll("[^ -~]", "?") + "\"; "
                                + advice,
                0,
                "",
                null);
    }

    /** The first 64 KiB of the body; what cannot be read in time is left out. */
    String readBody(HttpAnswer answer) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            if (answer.hasElement("transfer-encoding", "chunked")) {
                readChunks(body);
            } else {
                String length = answer.first("content-length");
                readBytes(body, length.matches("\\d{1,9}") ? Integer.parseInt(length) : MAX_BYTES);
            }
        } catch (IOException | NumberFormatException cut) {
            // What came until now says more than that the rest did not.
        }
        return body.toString(java.nio.charset.StandardCharsets.UTF_8);
    }

    private void readChunks(ByteArrayOutputStream body) throws IOException {
        while (body.size() < MAX_BYTES) {
            compact();
            String size = readLine().split(";", 2)[0].strip();
            int bytes = Integer.parseInt(size, 16);
            if (bytes <= 0) {
                return;
            }
            readBytes(body, bytes);
            compact();
            readLine();
        }
    }

    private void readBytes(ByteArrayOutputStream body, int wanted) throws IOException {
        int left = Math.min(wanted, MAX_BYTES - body.size());
        while (left > 0) {
            if (start == end) {
                start = 0;
                end = Math.max(0, in.read(buffer, 0, Math.min(left, buffer.length)));
                if (end == 0) {
                    return;
                }
            }
            int taken = Math.min(left, end - start);
            body.write(buffer, start, taken);
            start += taken;
            left -= taken;
        }
    }

    private void compact() {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
    }
}
