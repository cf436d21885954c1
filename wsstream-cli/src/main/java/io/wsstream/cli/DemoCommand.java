package io.wsstream.cli;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecOutcome;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.ExecResult;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.TerminalSize;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.SessionInfo;
import io.wsstream.server.SessionListener;
import io.wsstream.server.SessionOutcome;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code wsstream demo}: the main job, shown on this host: a server, our client, and kubectl where there is one. */
@Command(
        name = DemoCommand.NAME,
        mixinStandardHelpOptions = true,
        description = "Starts a server, runs commands through it with our client and with kubectl, and checks each.")
final class DemoCommand implements Callable<Integer> {
    static final String NAME = "demo";

    private static final int MIB = 1 << 20;
    private static final int BULK_BYTES = 64 * MIB;
    private static final Duration BOUND = Duration.ofSeconds(25);

    /** One thing to show; says what was seen, or throws. */
    private interface Step {
        String show() throws Exception;
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    private final AtomicInteger opened = new AtomicInteger();
    private final Semaphore ended = new Semaphore(0);
    private int failures;

    DemoCommand() {}

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("wsstream-demo");
        Path kubeconfig = folder.resolve("kubeconfig");
        try (LocalProcess processes = LocalProcess.create();
                WsStreamServer server = WsStreamServer.builder()
                        .pods(PodCatalog.of(Pod.of("local", "main")))
                        .exec(processes)
                        .listener(new SessionListener() {
                            @Override
                            public void opened(SessionInfo session) {
                                opened.incrementAndGet();
                            }

                            @Override
                            public void ended(SessionInfo session, SessionOutcome outcome) {
                                ended.release();
                            }
                        })
                        .start()) {
            server.writeKubeconfig(kubeconfig);
            say("server", server.uri() + ", TLS with a certificate of its own, a random token");
            try (WsStreamClient client = WsStreamClient.of(ClusterAccess.kubeconfig(kubeconfig))) {
                step("client: stdout, stderr, exit code", () -> streams(client));
                step("client: stdin and half-close", () -> halfClose(client));
                step("client: terminal and resize", () -> terminal(client));
                step("client: 64 MiB up", () -> upload(client));
                step("client: 64 MiB up and down", () -> roundTrip(client));
                step("client: no such command", () -> notFound(client));
            }
            step("client: wrong token", () -> wrongToken(kubeconfig));
            Path kubectl = onPath("kubectl");
            if (kubectl == null) {
                say("skip", "kubectl: none on PATH");
            } else {
                step("kubectl: stdout, stderr, exit code", () -> kubectl(kubectl, kubeconfig));
            }
            step("server: nothing left behind", () -> nothingLeft(server));
        } finally {
            Files.deleteIfExists(kubeconfig);
            Files.deleteIfExists(folder);
        }
        say(failures == 0 ? "done" : "FAILED", failures == 0 ? "all as it should be" : failures + " of the above");
        return failures == 0 ? 0 : 1;
    }

    private void step(String what, Step step) {
        long start = System.nanoTime();
        try {
            String seen = step.show();
            say("ok", what + ": " + seen + " (" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms)");
        } catch (Exception failed) {
            failures++;
            say("FAIL", what + ": " + failed.getMessage());
        }
    }

    private void say(String word, String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format("%-6s %s", word, text));
        out.flush();
    }

    private static String streams(WsStreamClient client) throws Exception {
        ExecOutcome outcome = client.pod("local")
                .command("sh", "-c", "echo to stdout; echo to stderr >&2; exit 42")
                .timeout(BOUND)
                .run();
        expect("stdout", "to stdout\n", outcome.out());
        expect("stderr", "to stderr\n", outcome.err());
        expect("exit code", 42, outcome.result().exitCode().orElse(-1));
        return "apart, and 42";
    }

    private static String halfClose(WsStreamClient client) throws Exception {
        ExecOutcome outcome = client.pod("local")
                .command("sort")
                .stdin("pear\napple\n".getBytes(StandardCharsets.UTF_8))
                .timeout(BOUND)
                .run();
        expect("output of sort", "apple\npear\n", outcome.out());
        expect("result", new ExecResult.Success(), outcome.result());
        return "sort saw the end of its input and answered after it";
    }

    private static String terminal(WsStreamClient client) throws Exception {
        try (ExecSession session = client.pod("local")
                .command("sh", "-c", "tty; stty size; read line; stty size")
                .tty(new TerminalSize(80, 24))
                .timeout(BOUND)
                .start()) {
            InputStream out = session.stdout();
            String first = readUntil(out, "24 80");
            if (!first.contains("/dev/pts/")) {
                throw new IOException("no terminal, but: " + first.strip());
            }
            session.resize(new TerminalSize(132, 50));
            OutputStream in = session.stdin();
            in.write('\r');
            in.flush();
            readUntil(out, "50 132");
            expect("result", new ExecResult.Success(), session.await(BOUND));
        }
        return "80x24, then 132x50";
    }

    private static String upload(WsStreamClient client) throws Exception {
        MessageDigest digest = sha256();
        ExecOutcome outcome;
        try (InputStream bulk = new DigestInputStream(new Bulk(BULK_BYTES), digest)) {
            outcome = client.pod("local")
                    .command("sha256sum")
                    .stdin(bulk)
                    .timeout(BOUND)
                    .run();
        }
        expect("checksum", hex(digest), outcome.out().split(" ", 2)[0]);
        return "sha256sum on the other side agrees";
    }

    private static String roundTrip(WsStreamClient client) throws Exception {
        MessageDigest sent = sha256();
        MessageDigest received = sha256();
        long start = System.nanoTime();
        try (InputStream bulk = new DigestInputStream(new Bulk(BULK_BYTES), sent);
                ExecSession session = client.pod("local")
                        .command("cat")
                        .stdin(bulk)
                        .timeout(BOUND)
                        .start()) {
            byte[] buffer = new byte[64 * 1024];
            InputStream out = session.stdout();
            for (int n = out.read(buffer); n >= 0; n = out.read(buffer)) {
                received.update(buffer, 0, n);
            }
            expect("result", new ExecResult.Success(), session.await(BOUND));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        expect("checksum", hex(sent), hex(received));
        return "same bytes back through cat, " + Math.round(BULK_BYTES / seconds / MIB) + " MiB/s";
    }

    private static String notFound(WsStreamClient client) throws Exception {
        ExecOutcome outcome =
                client.pod("local").command("no-such-command").timeout(BOUND).run();
        expect("exit code", 127, outcome.result().exitCode().orElse(-1));
        if (!outcome.err().contains("no-such-command")) {
            throw new IOException("stderr does not name the command: " + outcome.err());
        }
        return "one line on stderr, and 127";
    }

    private static String wrongToken(Path kubeconfig) throws Exception {
        ClusterAccess access = ClusterAccess.kubeconfig(kubeconfig).token("wrong");
        try (WsStreamClient client = WsStreamClient.of(access)) {
            client.pod("local").command("true").timeout(BOUND).run();
        } catch (HandshakeException refused) {
            expect("HTTP status", 401, refused.httpStatus());
            return "refused with 401";
        }
        throw new IOException("it was let in");
    }

    private static String kubectl(Path kubectl, Path kubeconfig) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        kubectl.toString(),
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "exec",
                        "local",
                        "--",
                        "sh",
                        "-c",
                        "echo to stdout; echo to stderr >&2; exit 42"))
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("no end within " + BOUND.toSeconds() + " s");
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!out.equals("to stdout\n")) {
            throw new IOException("stdout is \"" + out + "\", stderr \"" + err.strip() + "\"; expected \"to stdout\"");
        }
        if (!err.startsWith("to stderr\n")) {
            throw new IOException("stderr is \"" + err.strip() + "\"; expected \"to stderr\" first");
        }
        expect("exit code", 42, process.exitValue());
        return kubectl + " agrees";
    }

    private String nothingLeft(WsStreamServer server) throws Exception {
        if (!ended.tryAcquire(opened.get(), 5, TimeUnit.SECONDS)) {
            throw new IOException("of " + opened.get() + " sessions " + ended.availablePermits() + " have ended");
        }
        expect("open sessions", 0, server.liveSessions());
        return opened.get() + " sessions opened, none open";
    }

    private static String readUntil(InputStream in, String wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            seen.append((char) next);
            if (seen.indexOf(wanted) >= 0) {
                return seen.toString();
            }
        }
        throw new IOException("the terminal said \"" + seen.toString().strip() + "\"; expected " + wanted);
    }

    private static void expect(String what, Object expected, Object actual) throws IOException {
        if (!expected.equals(actual)) {
            throw new IOException(what + " is \"" + actual + "\"; expected \"" + expected + "\"");
        }
    }

    private static @Nullable Path onPath(String program) {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "" : path).split(Pattern.quote(File.pathSeparator), -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
            if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private static MessageDigest sha256() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256");
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** So many bytes that do not compress, the same on every run. */
    private static final class Bulk extends InputStream {
        private final Random random = new Random(42);
        private int left;

        Bulk(int bytes) {
            left = bytes;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int count = Math.min(left, length);
            byte[] next = new byte[count];
            random.nextBytes(next);
            System.arraycopy(next, 0, to, offset, count);
            left -= count;
            return count;
        }
    }
}
