package io.wsstream.conformance.mutants;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.wsstream.conformance.wire.Handshake;
import io.wsstream.conformance.wire.HttpHead;
import io.wsstream.conformance.wire.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The smallest server that keeps every required rule for exec, and breaks those that it is told to. Its handshake is here,
 * its sessions are in {@link ReferenceSession}.
 *
 * <p><b>Threads:</b> one, and one for each connection.
 */
final class ReferenceServer implements AutoCloseable {
    static final String TOKEN = "reference-token";

    private static final List<String> SPOKEN = List.of(
            "v5.channel.k8s.io",
            "v4.channel.k8s.io",
            "v4.base64.channel.k8s.io",
            "channel.k8s.io",
            "base64.channel.k8s.io",
            "");
    private static final String BEARER = "base64url.bearer.authorization.k8s.io.";

    private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final Set<Wire> wires = ConcurrentHashMap.newKeySet();
    private final Set<ServerFault> faults;

    ReferenceServer(ServerFault... faults) throws IOException {
        this.faults = Set.of(faults);
        daemon(this::accept);
    }

    static void daemon(Runnable task) {
        Thread thread = new Thread(task, "reference-server");
        thread.setDaemon(true);
        thread.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    boolean has(ServerFault fault) {
        return faults.contains(fault);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Wire wire = Wire.over(listener.accept());
                wires.add(wire);
                daemon(() -> serve(wire));
            } catch (IOException closed) {
                // The loop sees it.
            }
        }
    }

    private void serve(Wire wire) {
        try (wire) {
            HttpHead head = wire.readHead(Duration.ofSeconds(10));
            if (head != null) {
                answer(wire, head);
            }
        } catch (IOException | InterruptedException gone) {
            // So has the session.
        } finally {
            wires.remove(wire);
        }
    }

    private void answer(Wire wire, HttpHead head) throws IOException, InterruptedException {
        List<String> offer = new ArrayList<>();
        for (String line : head.all("Sec-WebSocket-Protocol")) {
            for (String name : line.split(has(ServerFault.OFFER_OF_WORDS) ? " " : ",", -1)) {
                if (!name.isBlank()) {
                    offer.add(name.strip());
                }
            }
        }
        ExecQuery query = ExecQuery.of(head.target(), this);
        int refusal = refusal(head, offer, query);
        if (refusal > 0 && !(has(ServerFault.SUBPROTOCOL_BEFORE_VERSION) && choice(offer) == null)) {
            refuse(wire, refusal);
            return;
        }
        String choice = choice(offer);
        if (choice == null) {
            refuse(wire, 403);
            return;
        }
        String key = head.first("Sec-WebSocket-Key").orElse("");
        StringBuilder answer = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n")
                .append("Connection: Upgrade\r\nSec-WebSocket-Accept: ")
                .append(Handshake.accept(has(ServerFault.WRONG_ACCEPT) ? "x" + key : key))
                .append("\r\n");
        if (!choice.isEmpty()) {
            answer.append("Sec-WebSocket-Protocol: ").append(choice).append("\r\n");
        }
        if (has(ServerFault.EXTENSIONS_AGREED_TO)
                && head.first("Sec-WebSocket-Extensions").isPresent()) {
            answer.append("Sec-WebSocket-Extensions: permessage-deflate\r\n");
        }
        wire.send(answer.append("\r\n").toString().getBytes(ISO_8859_1));
        if (has(ServerFault.EARLY_FRAMES_LOST)) {
            wire.rest(1 << 20);
        }
        new ReferenceSession(this, wire, choice, query).run();
    }

    private int refusal(HttpHead head, List<String> offer, ExecQuery query) {
        if (!isLetIn(head, offer)) {
            return 401;
        }
        if (!query.path().equals("/api/v1/namespaces/default/pods/local/exec")
                && !has(ServerFault.UNKNOWN_POD_SERVED)) {
            return 404;
        }
        if (!head.firstWord().equals("GET") && !has(ServerFault.POST_UPGRADED)) {
            return 405;
        }
        boolean connection = has(ServerFault.CONNECTION_COMPARED_WHOLE)
                ? head.first("Connection").orElse("").equalsIgnoreCase("upgrade")
                : head.lists("Connection", "upgrade");
        if (!connection || (!head.lists("Upgrade", "websocket") && !has(ServerFault.NO_UPGRADE_NEEDED))) {
            return 400;
        }
        if (head.first("Sec-WebSocket-Key").orElse("").isEmpty() && !has(ServerFault.NO_KEY_NEEDED)) {
            return 400;
        }
        if (!head.all("Sec-WebSocket-Version").equals(List.of("13")) && !has(ServerFault.ANY_VERSION)) {
            return 400;
        }
        if (query.tty() && query.stderrAsked() && has(ServerFault.STDERR_BESIDE_A_TERMINAL_REFUSED)) {
            return 400;
        }
        boolean nothingToDo = query.command().isEmpty() || !(query.stdin() || query.stdout() || query.stderrAsked());
        return nothingToDo ? 400 : 0;
    }

    private boolean isLetIn(HttpHead head, List<String> offer) {
        if (has(ServerFault.ANYBODY_LET_IN)) {
            return true;
        }
        List<String> entries =
                offer.stream().filter(name -> name.startsWith(BEARER)).toList();
        if (!has(ServerFault.TOKEN_CHOSEN)) {
            offer.removeAll(entries);
        }
        if (entries.isEmpty()) {
            return head.first("Authorization").orElse("").equals("Bearer " + TOKEN);
        }
        boolean one = entries.size() == 1 || has(ServerFault.TWO_TOKENS_TAKEN);
        String right = BEARER + Base64.getUrlEncoder().withoutPadding().encodeToString(TOKEN.getBytes(UTF_8));
        String entry = has(ServerFault.PADDED_TOKEN_TAKEN) ? entries.get(0).replaceAll("=+$", "") : entries.get(0);
        return one && !offer.isEmpty() && entry.equals(right);
    }

    private @Nullable String choice(List<String> offer) {
        if (offer.isEmpty()) {
            return has(ServerFault.NO_OFFER_IS_AN_ERROR) ? "unknown" : "";
        }
        if (offer.size() > 3 && has(ServerFault.ONLY_SHORT_OFFERS)) {
            return null;
        }
        if (has(ServerFault.TOKEN_CHOSEN) && offer.get(0).startsWith(BEARER)) {
            return offer.get(0);
        }
        List<String> first = has(ServerFault.SERVER_CHOOSES) ? SPOKEN : offer;
        List<String> second = has(ServerFault.SERVER_CHOOSES) ? offer : SPOKEN;
        for (String name : first) {
            String compared = has(ServerFault.NAMES_IN_ANY_CASE) ? name.toLowerCase(Locale.ROOT) : name;
            boolean base64 = compared.matches("v[1-5]\\.base64\\..*") && has(ServerFault.BASE64_OF_EVERY_VERSION);
            if (second.contains(compared) || base64) {
                return compared;
            }
        }
        return has(ServerFault.NEVER_403) ? "v4.channel.k8s.io" : null;
    }

    private static void refuse(Wire wire, int status) throws IOException, InterruptedException {
        String body = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                + "\"message\":\"refused\",\"reason\":\"Refused\",\"code\":" + status + "}";
        wire.send(("HTTP/1.1 " + status + " No\r\nContent-Type: application/json\r\nSec-WebSocket-Version: 13\r\n"
                        + "Connection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(ISO_8859_1));
        wire.finish();
        wire.readBytes(1 << 20, Duration.ofSeconds(1));
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Wire wire : wires) {
                wire.close();
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /**
     * What a request asks for.
     *
     * @param path without the query
     * @param command program and arguments
     */
    record ExecQuery(
            String path, List<String> command, boolean stdin, boolean stdout, boolean stderrAsked, boolean tty) {
        /** {@return whether there is a stderr: a terminal has none} */
        boolean stderr() {
            return stderrAsked && !tty;
        }

        static ExecQuery of(String target, ReferenceServer server) {
            String[] parts = target.split("\\?", 2);
            List<String> command = new ArrayList<>();
            List<String> flags = new ArrayList<>();
            for (String pair : (parts.length < 2 ? "" : parts[1]).split("&", -1)) {
                String[] words = pair.split("=", 2);
                String value = words.length < 2 ? "" : URLDecoder.decode(words[1], UTF_8);
                if (words[0].equals("command")) {
                    command.add(value);
                } else {
                    flags.add(words[0] + "=" + value);
                }
            }
            if (server.has(ServerFault.COMMAND_THROUGH_A_SHELL)) {
                command = List.of("sh", "-c", String.join(" ", command));
            }
            return new ExecQuery(
                    parts[0],
                    command,
                    isTrue("stdin", flags, server),
                    isTrue("stdout", flags, server),
                    isTrue("stderr", flags, server),
                    isTrue("tty", flags, server));
        }

        private static boolean isTrue(String name, List<String> flags, ReferenceServer server) {
            for (String flag : flags) {
                if (flag.startsWith(name + "=")) {
                    String value = flag.substring(name.length() + 1).toLowerCase(Locale.ROOT);
                    return server.has(ServerFault.FLAGS_ONLY_AS_TRUE)
                            ? value.equals("true")
                            : !value.equals("0") && !value.equals("false");
                }
            }
            return server.has(ServerFault.STREAMS_BY_DEFAULT) && name.startsWith("std") && !name.equals("stdin");
        }
    }

    /** {@return the payload of a Close} */
    static byte[] closePayload(int code) {
        return ByteBuffer.allocate(2).putShort((short) code).array();
    }
}
