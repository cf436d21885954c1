package io.wsstream.conformance.server;

import io.wsstream.conformance.Case;
import io.wsstream.conformance.CaseFailure;
import io.wsstream.conformance.CommandTable;
import io.wsstream.conformance.Conversation;
import io.wsstream.conformance.Dialect;
import io.wsstream.conformance.Evidence;
import io.wsstream.conformance.HttpExpectation;
import io.wsstream.conformance.Judge;
import io.wsstream.conformance.Node;
import io.wsstream.conformance.Streams;
import io.wsstream.conformance.wire.Excerpt;
import io.wsstream.conformance.wire.Handshake;
import io.wsstream.conformance.wire.HttpHead;
import io.wsstream.conformance.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Plays cases against a server: one connection for each run. */
final class ServerJudge implements Judge {
    /** Long, since a busy moment must not leave out what needs a terminal. */
    private static final Duration PROBE_BOUND = Duration.ofSeconds(30);

    private static final Duration HEAD_BOUND = Duration.ofSeconds(15);
    private static final Duration BODY_BOUND = Duration.ofSeconds(3);
    /** In place of a status: the connection may end without an answer. */
    private static final int NO_ANSWER = 0;

    private static final int BODY_BYTES = 64 << 10;

    private final ServerUnderTest server;
    private final Set<Dialect> spoken = EnumSet.noneOf(Dialect.class);
    private final Set<String> abilities = new HashSet<>();

    ServerJudge(ServerUnderTest server) {
        this.server = server;
    }

    @Override
    public void probe() throws IOException, InterruptedException {
        String refusals = "";
        for (Dialect dialect : Dialect.values()) {
            if (dialect.hasChannels()) {
                HttpHead answer = ask(UpgradeRequest.probe(server, dialect, "exec", "command=true&stdout=true"));
                if (answer.status() == 101) {
                    spoken.add(dialect);
                }
                refusals = answer.firstLine();
            }
        }
        if (spoken.isEmpty()) {
            throw new IOException("the server agrees to none of the subprotocols of exec: \"" + refusals
                    + "\"; check the URL and the token, and that the pod can run commands");
        }
        if (server.token().isPresent()) {
            abilities.add("token");
        }
        if (hasTerminals()) {
            abilities.add("tty");
        }
    }

    private HttpHead ask(UpgradeRequest request) throws IOException {
        try (Wire wire = server.connect()) {
            wire.send(request.bytes());
            HttpHead head = wire.readHead(HEAD_BOUND);
            if (head == null) {
                throw new IOException("the server did not answer a request to upgrade; is it the right URL?");
            }
            return head;
        }
    }

    private boolean hasTerminals() throws IOException, InterruptedException {
        Dialect dialect = best();
        String query = "command=test&command=-t&command=0&" + new Streams(true, true, false, true).query();
        try (Wire wire = server.connect()) {
            wire.send(UpgradeRequest.probe(server, dialect, "exec", query).bytes());
            HttpHead head = wire.readHead(HEAD_BOUND);
            return head != null && head.status() == 101 && Conversation.endsWithSuccess(wire, dialect, PROBE_BOUND);
        }
    }

    private Dialect best() {
        return Dialect.best(spoken);
    }

    @Override
    public @Nullable String unfit(Case which, Case.Run run) {
        Dialect dialect = run.dialect();
        if (dialect != null && dialect.hasChannels() && !spoken.contains(dialect)) {
            return "the server does not speak " + dialect;
        }
        Node response = run.body().get("response");
        for (String need : which.needs()) {
            Dialect needed = Dialect.ofLabel(need);
            if (needed != null ? !spoken.contains(needed) : !abilities.contains(need)) {
                return "the server has no " + need;
            }
        }
        return response == null && dialect == null && spoken.isEmpty() ? "no subprotocol" : null;
    }

    @Override
    public void play(Case which, Case.Run run, Evidence evidence)
            throws CaseFailure, IOException, InterruptedException {
        Node body = run.body();
        Dialect dialect = Objects.requireNonNullElseGet(run.dialect(), this::best);
        Node streamNode = body.get("streams");
        Streams streams = streamNode == null ? new Streams(true, true, true, false) : Streams.of(streamNode);
        Node command = body.get("run");
        List<String> argv = command == null ? List.of("true") : CommandTable.argv(command);
        UpgradeRequest request = UpgradeRequest.of(server, dialect, streams, argv, body.get("request"));
        try (Wire wire = server.connect()) {
            evidence.note("> " + request);
            request.send(wire);
            HttpHead head = wire.readHead(HEAD_BOUND);
            Node response = body.get("response");
            if (head == null) {
                if (response != null && wire.end() != null && statuses(response).contains(NO_ANSWER)) {
                    return;
                }
                throw new CaseFailure("an answer to the request to upgrade", noAnswer(wire));
            }
            evidence.note("< " + head.firstLine());
            head.lines().forEach(line -> evidence.note("< " + line.name() + ": " + line.value()));
            check(response, head, wire, dialect, request.key(), evidence);
            if (head.status() == 101) {
                Node requestNode = body.get("request");
                boolean exec = requestNode == null || !requestNode.has("endpoint");
                evidence.play(run, new Conversation(wire, dialect, exec ? streams : null, true, !body.has("pings")));
            }
        }
    }

    private static String noAnswer(Wire wire) {
        Wire.End end = wire.end();
        return end == null ? "nothing for " + HEAD_BOUND.toSeconds() + " s" : "the connection ended: " + end;
    }

    private static void check(
            @Nullable Node response, HttpHead head, Wire wire, Dialect dialect, String key, Evidence evidence)
            throws CaseFailure {
        List<Integer> statuses = statuses(response);
        if (head.status() != 101) {
            byte[] body = body(head, wire);
            evidence.note("< " + Excerpt.text(body));
            if (!statuses.contains(head.status())) {
                throw new CaseFailure("HTTP status " + statuses, head.firstLine());
            }
            HttpExpectation.checkRefusal(Objects.requireNonNull(response), head, body);
            return;
        }
        if (!statuses.contains(101)) {
            throw new CaseFailure("HTTP status " + statuses, head.firstLine());
        }
        Node headers = response == null ? null : response.get("headers");
        if (headers != null) {
            HttpExpectation.checkHeaders(headers, head);
        } else if (!head.first("Sec-WebSocket-Protocol").orElse("").equals(dialect.wireName())) {
            throw new CaseFailure(
                    "the subprotocol \"" + dialect.wireName() + "\"",
                    head.all("Sec-WebSocket-Protocol").toString());
        }
        if (!head.all("Sec-WebSocket-Accept").equals(List.of(Handshake.accept(key)))) {
            throw new CaseFailure(
                    "Sec-WebSocket-Accept: " + Handshake.accept(key),
                    head.all("Sec-WebSocket-Accept").toString());
        }
    }

    private static List<Integer> statuses(@Nullable Node response) {
        Node wanted = response == null
                ? null
                : response.only("status", "headers", "body", "reason").get("status");
        return wanted == null
                ? List.of(101)
                : wanted.list().stream().map(Node::number).toList();
    }

    private static byte[] body(HttpHead head, Wire wire) {
        String length = head.first("Content-Length").orElse("");
        return wire.readBytes(length.matches("[0-9]{1,6}") ? Integer.parseInt(length) : BODY_BYTES, BODY_BOUND);
    }
}
