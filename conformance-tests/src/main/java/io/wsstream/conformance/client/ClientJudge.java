package io.wsstream.conformance.client;

import io.wsstream.conformance.Case;
import io.wsstream.conformance.CaseFailure;
import io.wsstream.conformance.Condition;
import io.wsstream.conformance.Conversation;
import io.wsstream.conformance.Dialect;
import io.wsstream.conformance.Evidence;
import io.wsstream.conformance.HttpExpectation;
import io.wsstream.conformance.Judge;
import io.wsstream.conformance.Node;
import io.wsstream.conformance.Payload;
import io.wsstream.conformance.Streams;
import io.wsstream.conformance.wire.Excerpt;
import io.wsstream.conformance.wire.HttpHead;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Plays cases against a client: one run of it, and one server of its own, for each run of a case. */
final class ClientJudge implements Judge {
    /** From the start of the client to its request; a program may have to be loaded first. */
    private static final Duration REQUEST_BOUND = Duration.ofSeconds(30);
    /** From the end of the script to that of the client. */
    private static final Duration END_BOUND = Duration.ofSeconds(20);

    private static final Duration RUN_BOUND = Duration.ofSeconds(150);
    private static final List<String> USUAL_COMMAND = List.of("conformance", "two words");

    private static final byte[] REFUSAL = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final ClientUnderTest client;
    private final Set<String> abilities;
    private final Set<Dialect> offered = EnumSet.noneOf(Dialect.class);

    ClientJudge(ClientUnderTest client) {
        this.client = client;
        this.abilities = Set.copyOf(client.abilities());
    }

    @Override
    public void probe() throws IOException, InterruptedException {
        try (UpgradeDesk desk = new UpgradeDesk()) {
            FutureTask<ClientResult> running = start(call(desk, null, null));
            UpgradeDesk.Upgrade upgrade = await(desk, running);
            if (upgrade == null) {
                throw new IOException("the client does not ask to upgrade; " + outcome(running));
            }
            String names = String.join(",", upgrade.head().all("Sec-WebSocket-Protocol"));
            for (Dialect dialect : Dialect.values()) {
                boolean named = Arrays.stream(names.split(",", -1))
                        .anyMatch(name -> name.strip().equals(dialect.wireName()));
                boolean told = abilities.contains(ClientUnderTest.OFFER) && dialect != Dialect.NONE;
                if (dialect.hasChannels() && (named || told)) {
                    offered.add(dialect);
                }
            }
            if (offered.isEmpty()) {
                throw new IOException("the client offers none of the subprotocols of exec: " + names);
            }
            upgrade.wire()
                    .send("HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            upgrade.wire().finish();
        }
    }

    private static String outcome(FutureTask<ClientResult> running) throws InterruptedException {
        try {
            ClientResult result = running.get(1, TimeUnit.SECONDS);
            return "it ended with " + result.exitCode() + " and said " + Excerpt.text(result.stderr());
        } catch (TimeoutException still) {
            return "it still runs after " + REQUEST_BOUND.toSeconds() + " s";
        } catch (ExecutionException failed) {
            return "it could not be run: " + failed.getCause();
        }
    }

    /** Waits for the request, or the end of a client that makes none. */
    private static UpgradeDesk.@Nullable Upgrade await(UpgradeDesk desk, FutureTask<ClientResult> running)
            throws InterruptedException {
        long deadline = System.nanoTime() + REQUEST_BOUND.toNanos();
        UpgradeDesk.Upgrade upgrade = null;
        while (upgrade == null && System.nanoTime() < deadline) {
            boolean over = running.isDone();
            upgrade = desk.await(Duration.ofMillis(100));
            if (over && upgrade == null) {
                return null;
            }
        }
        return upgrade;
    }

    private FutureTask<ClientResult> start(ClientCall call) {
        FutureTask<ClientResult> task = new FutureTask<>(() -> {
            try {
                return client.run(call);
            } finally {
                Files.deleteIfExists(call.kubeconfig());
            }
        });
        Thread thread = new Thread(task, "conformance-client-" + call.url().getPort());
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private ClientCall call(UpgradeDesk desk, @Nullable Node asked, @Nullable Dialect dialect) throws IOException {
        Node stdin = asked == null ? null : asked.get("stdin");
        Node open = stdin == null ? null : stdin.get("open");
        Node command = asked == null ? null : asked.get("command");
        boolean unsaid = stdin == null;
        byte[] input = null;
        if (stdin != null && !isNone(stdin)) {
            input = Payload.of(open == null ? stdin : open);
        } else if (unsaid && !abilities.contains(ClientUnderTest.STDIN)) {
            input = new byte[0];
        }
        return new ClientCall(
                desk.url(),
                kubeconfig(desk),
                command == null
                        ? USUAL_COMMAND
                        : command.list().stream().map(Node::text).toList(),
                input,
                open != null || unsaid,
                isTty(asked),
                dialect == null || !abilities.contains(ClientUnderTest.OFFER) ? null : dialect.wireName(),
                RUN_BOUND);
    }

    private static boolean isNone(@Nullable Node stdin) {
        return stdin != null && stdin.isText() && stdin.text().equals("none");
    }

    private static boolean isTty(@Nullable Node asked) {
        Node tty = asked == null ? null : asked.get("tty");
        return tty != null && tty.flag();
    }

    private static Path kubeconfig(UpgradeDesk desk) throws IOException {
        Path file = Files.createTempFile("conformance", ".kubeconfig");
        return Files.writeString(
                file,
                "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n"
                        + "clusters: [{name: c, cluster: {server: \"" + desk.url() + "\"}}]\n"
                        + "users: [{name: u, user: {token: " + ClientCall.TOKEN + "}}]\n");
    }

    @Override
    public @Nullable String unfit(Case which, Case.Run run) {
        Dialect dialect = run.dialect();
        if (dialect != null && !offered.contains(dialect)) {
            return "the client does not offer " + dialect;
        }
        Node asked = run.body().get("client");
        if (asked != null && isNone(asked.get("stdin")) && !abilities.contains(ClientUnderTest.STDIN)) {
            return "the client cannot be told to leave stdin out";
        }
        if (isTty(asked) && !abilities.contains(ClientUnderTest.TTY)) {
            return "the client cannot be told to ask for a terminal";
        }
        if (asked != null && asked.has("command") && !abilities.contains(ClientUnderTest.COMMAND)) {
            return "the client cannot be told the command";
        }
        for (String need : which.needs()) {
            Dialect needed = Dialect.ofLabel(need);
            if (needed != null ? !offered.contains(needed) : !abilities.contains(need)) {
                return "the client has no " + need;
            }
        }
        return null;
    }

    @Override
    public void play(Case which, Case.Run run, Evidence evidence)
            throws CaseFailure, IOException, InterruptedException {
        Node asked = run.body().get("client");
        if (asked != null) {
            asked.only("stdin", "tty", "command", "exit", "stdout", "stderr");
        }
        Dialect dialect = Objects.requireNonNullElseGet(run.dialect(), () -> Dialect.best(offered));
        try (UpgradeDesk desk = new UpgradeDesk()) {
            FutureTask<ClientResult> running = start(call(desk, asked, run.dialect()));
            UpgradeDesk.Upgrade upgrade = await(desk, running);
            if (upgrade == null) {
                throw new CaseFailure("a request to upgrade", outcome(running));
            }
            HttpHead head = upgrade.head();
            evidence.note("< " + head.firstLine());
            head.lines().stream()
                    .filter(line -> !line.name().equalsIgnoreCase("Authorization"))
                    .forEach(line -> evidence.note("< " + line.name() + ": " + line.value()));
            try {
                checkRequest(run.body().get("request"), head);
                Node response = run.body().get("response");
                byte[] answer = UpgradeAnswer.of(response, head, dialect);
                evidence.note("> " + Excerpt.text(answer));
                upgrade.wire().send(answer);
                Conversation conversation = new Conversation(
                        upgrade.wire(), dialect, asked(head), false, !run.body().has("pings"));
                boolean upgraded = UpgradeAnswer.isUpgrade(response);
                if (upgraded) {
                    evidence.play(run, conversation);
                }
                leave(conversation, desk, running, upgraded ? REFUSAL : answer);
                check(asked, await(running));
            } finally {
                running.cancel(true);
            }
        }
    }

    /**
     * The other end of TCP is the client's to see; what it still sends is taken, and what it asks again is refused. A client
     * that was refused may ask again in another way, and tell its user the last answer: that is the same one then.
     */
    private static void leave(
            Conversation conversation, UpgradeDesk desk, FutureTask<ClientResult> running, byte[] refusal)
            throws IOException, InterruptedException {
        try {
            conversation.finish();
        } catch (IOException gone) {
            conversation.taint(); // The client or the script ended the connection before.
        }
        long deadline = System.nanoTime() + END_BOUND.toNanos();
        while (!running.isDone() && System.nanoTime() < deadline) {
            UpgradeDesk.Upgrade again = desk.await(Duration.ofMillis(20));
            if (again != null) {
                again.wire().send(refusal);
                again.wire().finish();
            }
            conversation.drain(Duration.ofMillis(20));
        }
    }

    private static ClientResult await(FutureTask<ClientResult> running) throws CaseFailure, InterruptedException {
        try {
            return running.get(1, TimeUnit.SECONDS);
        } catch (TimeoutException still) {
            throw new CaseFailure(
                    "the end of the client", "it still runs " + END_BOUND.toSeconds() + " s after the script");
        } catch (ExecutionException failed) {
            throw new CaseFailure("a client that can be run", String.valueOf(failed.getCause()));
        }
    }

    private static void checkRequest(@Nullable Node expected, HttpHead head) throws CaseFailure {
        if (expected == null) {
            return;
        }
        expected.only("method", "query", "headers");
        Node method = expected.get("method");
        if (method != null && !head.firstWord().equals(method.text())) {
            throw new CaseFailure("method " + method, head.firstWord());
        }
        Node headers = expected.get("headers");
        if (headers != null) {
            HttpExpectation.checkHeaders(headers, head);
        }
        Node query = expected.get("query");
        if (query != null) {
            for (String name : query.keys()) {
                List<String> values = parameter(head, name);
                List<String> wanted =
                        query.need(name).list().stream().map(Node::text).toList();
                if (!values.equals(wanted)) {
                    throw new CaseFailure("parameter " + name + " " + wanted, values.toString());
                }
            }
        }
    }

    private static List<String> parameter(HttpHead head, String name) {
        List<String> values = new ArrayList<>();
        int query = head.target().indexOf('?');
        if (query >= 0) {
            for (String pair : head.target().substring(query + 1).split("&", -1)) {
                String[] parts = pair.split("=", 2);
                if (parts[0].equals(name)) {
                    values.add(parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
                }
            }
        }
        return values;
    }

    private static Streams asked(HttpHead head) {
        return new Streams(isTrue(head, "stdin"), isTrue(head, "stdout"), isTrue(head, "stderr"), isTrue(head, "tty"));
    }

    private static boolean isTrue(HttpHead head, String name) {
        return parameter(head, name).stream()
                .findFirst()
                .map(value -> !value.equals("0") && !value.equalsIgnoreCase("false"))
                .orElse(false);
    }

    private static void check(@Nullable Node expected, ClientResult result) throws CaseFailure {
        Node exit = expected == null ? null : expected.get("exit");
        String wanted = exit == null ? "0" : exit.toString();
        boolean good = switch (wanted) {
            case "any" -> true;
            case "failure" -> result.exitCode() != 0;
            default -> wanted.equals(String.valueOf(result.exitCode()));
        };
        if (!good) {
            throw new CaseFailure(
                    "exit code " + wanted,
                    "exit code " + result.exitCode() + "; stderr " + Excerpt.text(result.stderr()));
        }
        if (expected != null) {
            check("stdout", expected.get("stdout"), result.stdout());
            check("stderr", expected.get("stderr"), result.stderr());
        }
    }

    private static void check(String name, @Nullable Node expected, byte[] actual) throws CaseFailure {
        if (expected != null && !Condition.of(expected).holds(actual)) {
            throw new CaseFailure(name + " of the client: " + expected, Excerpt.text(actual));
        }
    }
}
