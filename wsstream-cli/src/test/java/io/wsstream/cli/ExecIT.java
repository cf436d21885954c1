package io.wsstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code exec} means, whichever client does it: each is a subclass, against {@code ./wsstream serve}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ExecIT {
    static final Duration LIMIT = Duration.ofSeconds(60);

    private static final int MIB = 1 << 20;
    private static final int BULK_MIB = 64;

    Path home;

    ServeProcess server;

    /** The client's command line up to its subcommand. */
    abstract List<String> tool();

    /** How often a refusal is followed by a request that is not. */
    abstract int rounds();

    @BeforeAll
    void startServer(@TempDir Path folder) throws Exception {
        home = folder;
        tool();
        server = ServeProcess.start(home);
    }

    @AfterAll
    void stopServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /** {@code exec} with the server's kubeconfig and these words. */
    final Program exec(String... words) throws Exception {
        List<String> line = new ArrayList<>(tool());
        line.addAll(List.of("exec", "--kubeconfig", server.kubeconfig().toString()));
        line.addAll(List.of(words));
        return Program.of(home, line);
    }

    @Test
    void stdoutAndStderrComeApart() throws Exception {
        Program.Ended ended = exec("local", "--", "sh", "-c", "echo to stdout; echo to stderr >&2")
                .run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isZero();
        assertThat(ended.out()).isEqualTo("to stdout\n");
        assertThat(ended.err()).isEqualTo("to stderr\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 42, 255})
    void theExitCodeIsThatOfTheCommand(int code) throws Exception {
        Program.Ended ended =
                exec("local", "--", "sh", "-c", "echo seen; exit " + code).run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(code);
        assertThat(ended.out()).isEqualTo("seen\n");
        assertThat(ended.err()).isEqualTo(code == 0 ? "" : "command terminated with exit code " + code + "\n");
    }

    @Test
    void aCommandThatIsNotFoundEndsWith127AndItsName() throws Exception {
        Program.Ended ended = exec("local", "--", "no-such-command").run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(127);
        assertThat(ended.err()).contains("no-such-command", "no such program");
    }

    @Test
    void aFileThatIsNotExecutableEndsWith126AndItsName() throws Exception {
        Path file = Files.writeString(home.resolve("no-program"), "text\n");

        Program.Ended ended = exec("local", "--", file.toString()).run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(126);
        assertThat(ended.err()).contains(file.toString());
    }

    /** The shell reads the words from a file, so that no locale of this JVM changes them; the client's is none at all. */
    @ParameterizedTest
    @ValueSource(strings = {"C.UTF-8", "C"})
    void argumentsArriveAsTheyWereGiven(String locale) throws Exception {
        Path script = Files.writeString(
                home.resolve("arguments"),
                "exec \"$@\" local -- printf '<%s>\\n' 'two  words' '' 'one\ntwo' 'a+b&c=%41' 'żółw ☃ 😀' '*' --help\n");
        List<String> line = new ArrayList<>(List.of("sh", script.toString()));
        line.addAll(tool());
        line.addAll(List.of("exec", "--kubeconfig", server.kubeconfig().toString()));

        Program.Ended ended = Program.of(home, line)
                .withoutEnv("LC_CTYPE")
                .withoutEnv("LANG")
                .env("LC_ALL", locale)
                .run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isZero();
        assertThat(ended.out()).isEqualTo("<two  words>\n<>\n<one\ntwo>\n<a+b&c=%41>\n<żółw ☃ 😀>\n<*>\n<--help>\n");
    }

    @Test
    void theEndOfStdinEndsWhatReadsIt() throws Exception {
        Program.Ended cat = exec("-i", "local", "--", "cat").input("one\ntwo").run(LIMIT);
        Program.Ended sort =
                exec("-i", "local", "--", "sort").input("pear\napple\n").run(LIMIT);

        assertThat(cat.out()).as(cat.toString()).isEqualTo("one\ntwo");
        assertThat(cat.exitCode()).isZero();
        assertThat(sort.out()).as(sort.toString()).isEqualTo("apple\npear\n");
        assertThat(sort.exitCode()).isZero();
    }

    @Test
    void emptyStdinEndsToo() throws Exception {
        Program.Ended ended = exec("-i", "local", "--", "wc", "-c").run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isZero();
        assertThat(ended.out().strip()).isEqualTo("0");
    }

    @Test
    void withoutStdinTheCommandReadsNothing() throws Exception {
        try (Program.Running running =
                exec("local", "--", "wc", "-c").inputStaysOpen().start()) {
            Program.Ended ended = running.await(LIMIT);

            assertThat(ended.exitCode()).as(ended.toString()).isZero();
            assertThat(ended.out().strip()).isEqualTo("0");
        }
    }

    @Test
    void outputComesWhileTheCommandRuns() throws Exception {
        try (Program.Running running =
                exec("-i", "local", "--", "cat").inputStaysOpen().start()) {
            OutputStream stdin = running.stdin();
            for (String line : List.of("first\n", "second\n")) {
                stdin.write(line.getBytes(StandardCharsets.UTF_8));
                stdin.flush();
                running.awaitOut(line, LIMIT);
            }
            stdin.close();

            assertThat(running.await(LIMIT).exitCode()).isZero();
        }
    }

    @Test
    void aCommandThatDoesNotReadItsStdinEndsAllTheSame() throws Exception {
        try (Program.Running running =
                exec("-i", "local", "--", "echo", "done").inputStaysOpen().start()) {
            Program.Ended ended = running.await(LIMIT);

            assertThat(ended.exitCode()).as(ended.toString()).isZero();
            assertThat(ended.out()).isEqualTo("done\n");
        }
    }

    @Test
    void everyByteOf64MibArrivesThereAndBackAgain() throws Exception {
        Path bulk = home.resolve("bulk");
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Random random = new Random(7);
        byte[] bytes = new byte[MIB];
        try (OutputStream file = Files.newOutputStream(bulk)) {
            for (int i = 0; i < BULK_MIB; i++) {
                random.nextBytes(bytes);
                digest.update(bytes);
                file.write(bytes);
            }
        }
        String checksum = HexFormat.of().formatHex(digest.digest());

        Program.Ended up = exec("-i", "local", "--", "sha256sum").input(bulk).run(LIMIT);
        Program.Ended back = exec("-i", "local", "--", "cat").input(bulk).run(LIMIT);

        assertThat(up.exitCode()).as(up.toString()).isZero();
        assertThat(up.out()).startsWith(checksum);
        assertThat(back.exitCode()).as(back.toString()).isZero();
        assertThat(Files.size(back.stdout())).isEqualTo(Files.size(bulk));
        assertThat(checksumOf(back.stdout())).isEqualTo(checksum);
    }

    /** The output is more than the pipes hold and less than makes the client stop reading: the status overtakes it. */
    @Test
    void everyByteReachesAReaderThatIsSlowerThanTheEnd() throws Exception {
        Path end = home.resolve("end");
        Path go = home.resolve("go");
        Path script = Files.writeString(
                home.resolve("slow-reader"),
                "mkfifo " + go + "; \"$@\" local -- sh -c 'head -c 380000 /dev/zero; : >\"$0\"' " + end
                        + " | { read word <" + go + "; wc -c; }\n");
        List<String> line = new ArrayList<>(List.of("sh", script.toString()));
        line.addAll(tool());
        line.addAll(List.of("exec", "--kubeconfig", server.kubeconfig().toString()));

        try (Program.Running running = Program.of(home, line).start()) {
            Awaitility.await("the end of the command").atMost(LIMIT).until(() -> Files.exists(end));
            Processes.awaitGone(server.below(), LIMIT);
            Files.writeString(go, "now\n");

            assertThat(running.await(LIMIT).out().strip()).isEqualTo("380000");
        }
    }

    private static String checksumOf(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void withoutATerminalHereATtyIsNotAskedFor() throws Exception {
        Program.Ended ended = exec("-i", "-t", "local", "--", "sh", "-c", "tty; cat")
                .input("typed\n")
                .run(LIMIT);

        assertThat(ended.err()).contains("Unable to use a TTY");
        assertThat(ended.out()).as(ended.toString()).isEqualTo("not a tty\ntyped\n");
        assertThat(ended.exitCode()).isZero();
    }

    /** Words that a person needs to mend it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none                | pods | \"none\" not found",
                "-c sidecar local    | container sidecar is not valid for pod local | main",
                "-n nowhere local    | namespace | \"nowhere\"",
                "--token wrong local | invalid bearer token | kubeconfig that the server wrote"
            })
    void aRefusalSaysWhatToMend(String where, String expected, String alsoExpected) throws Exception {
        Program.Ended ended = exec(words(where, "true")).run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
        assertThat(ended.err()).contains(expected, alsoExpected);
        assertThat(ended.err()).containsIgnoringCase("error").doesNotContain("\tat ", "Exception");
        assertThat(ended.out()).isEmpty();
    }

    /** A refusal once came back as the answer to the next request, on another connection. */
    @Test
    void aRefusalIsForgottenByTheNextRequest() throws Exception {
        List<String> refused = List.of("--token wrong local", "none", "-c sidecar local", "-n nowhere local");
        List<Callable<String>> rounds = new ArrayList<>();
        for (int i = 0; i < rounds(); i++) {
            int round = i;
            rounds.add(() -> {
                Program.Ended bad =
                        exec(words(refused.get(round % refused.size()), "true")).run(LIMIT);
                Program.Ended good = exec(words("local", "echo round " + round)).run(LIMIT);
                return bad.exitCode() + " " + good.exitCode() + " " + good.out() + good.err();
            });
        }
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<String> seen = new ArrayList<>();
        try {
            for (Future<String> round : pool.invokeAll(rounds)) {
                seen.add(round.get());
            }
        } finally {
            pool.shutdownNow();
        }

        for (int i = 0; i < rounds(); i++) {
            assertThat(seen.get(i)).isEqualTo("1 0 round " + i + "\n");
        }
    }

    private static String[] words(String where, String command) {
        return (where + " -- " + command).split(" +");
    }
}
