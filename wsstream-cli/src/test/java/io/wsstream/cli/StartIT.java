package io.wsstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes that {@code ./wsstream} makes and starts with, in a copy of the tree that has nothing to build. */
class StartIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private static Path serverHome;

    private static ServeProcess server;

    @TempDir
    private Path home;

    private Path launcher;
    private Path jar;
    private Path archives;

    @BeforeAll
    static void startServer() throws IOException {
        server = ServeProcess.start(serverHome);
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @BeforeEach
    void copyTree() throws IOException {
        Path root = Files.createDirectory(home.resolve("root"));
        Path target = Files.createDirectories(root.resolve("wsstream-cli/target"));
        Files.createDirectories(root.resolve("wsstream-cli/src/main"));
        Files.createFile(root.resolve("pom.xml"));
        Files.createFile(root.resolve("wsstream-cli/pom.xml"));
        Files.createDirectory(root.resolve(".mvn"));
        copy(root, ".mvn/build-stale.sh");
        launcher = copy(root, "wsstream");
        jar = copy(root, "wsstream-cli/target/wsstream-cli.jar");
        Files.createDirectory(target.resolve("lib"));
        try (DirectoryStream<Path> jars =
                Files.newDirectoryStream(Surroundings.launcher().resolveSibling("wsstream-cli/target/lib"), "*.jar")) {
            for (Path each : jars) {
                copy(root, "wsstream-cli/target/lib/" + each.getFileName());
            }
        }
        Files.createFile(target.resolve("wsstream.stamp"));
        archives = target.resolve("start");
    }

    private static Path copy(Path root, String name) throws IOException {
        return Files.copy(Surroundings.launcher().resolveSibling(name), root.resolve(name));
    }

    @Test
    void theSecondRunStartsFromTheArchiveOfTheFirst() throws Exception {
        Path classes = home.resolve("classes.log");
        assertSays("first", echo("first").run(LIMIT));
        awaitArchive();

        Program.Ended second = echo("second")
                .env("WSSTREAM_OPTS", "-Xlog:class+load:file=" + classes)
                .run(LIMIT);

        assertSays("second", second);
        assertThat(Files.readAllLines(classes))
                .anyMatch(line -> line.matches(".* io\\.wsstream\\.cli\\.ExecCommand source: shared objects file.*"));
    }

    @Test
    void aBrokenArchiveIsNotNoticed() throws Exception {
        assertSays("first", echo("first").run(LIMIT));
        Path archive = awaitArchive();
        Files.delete(archive);
        Files.writeString(archive, "no archive".repeat(100_000));

        assertSays("second", echo("second").run(LIMIT));
    }

    @Test
    void aChangedJarGetsAnArchiveOfItsOwn() throws Exception {
        assertSays("first", echo("first").run(LIMIT));
        Path old = awaitArchive();
        byte[] stale = Files.readAllBytes(old);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(1)));

        assertSays("second", echo("second").run(LIMIT));

        Awaitility.await().atMost(LIMIT).until(() -> Files.notExists(old));
        Path own = awaitArchive();
        assertThat(own).isNotEqualTo(old);
        Files.delete(own);
        Files.write(own, stale);
        assertSays("third", echo("third").run(LIMIT));
    }

    @Test
    void ofTwoAtOnceOneMakesTheArchive() throws Exception {
        Set<String> makers = new HashSet<>();
        try (Program.Running one = echo("one").start();
                Program.Running other = echo("other").start()) {
            Awaitility.await().atMost(LIMIT).until(() -> {
                names().stream().filter(name -> name.startsWith("new.")).forEach(makers::add);
                return hasArchive();
            });
            assertSays("one", one.await(LIMIT));
            assertSays("other", other.await(LIMIT));
        }

        assertThat(makers).hasSize(1);
        assertThat(awaitArchive()).isNotEmptyFile();
    }

    @Test
    void whoeverGetsTheLockAfterTheFirstRunFindsTheArchive() throws Exception {
        Path real = Path.of(System.getProperty("java.home"));
        Path jdk = home.resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        Files.copy(real.resolve("release"), jdk.resolve("release"));
        Path java = Files.writeString(
                jdk.resolve("bin/java"), """
                #!/bin/sh
                case "$*" in
                    *--version) flock -n %s echo free || echo held ;;
                    *) exec %s "$@" ;;
                esac
                """.formatted(archives.resolve("lock"), real.resolve("bin/java")));
        assertThat(java.toFile().setExecutable(true)).isTrue();

        Program.Ended ended = Program.of(home, List.of(launcher.toString(), "--version"))
                .withoutEnv("WSSTREAM_NO_BUILD")
                .env("JAVA_HOME", jdk.toString())
                .run(LIMIT);

        assertThat(ended.out()).as(ended.toString()).isEqualTo("held\n");
        assertThat(awaitArchive()).isNotEmptyFile();
    }

    @Test
    void whereNoArchiveCanBeMadeThereIsNone() throws Exception {
        Files.createFile(archives); // where the folder ought to be

        assertSays("first", echo("first").run(LIMIT));
        assertSays("second", echo("second").run(LIMIT));

        assertThat(archives).isEmptyFile();
    }

    private Program echo(String word) throws IOException {
        List<String> command = List.of(
                launcher.toString(),
                "exec",
                "--kubeconfig",
                server.kubeconfig().toString(),
                "local",
                "--",
                "echo",
                word);
        return Program.of(home, command).withoutEnv("WSSTREAM_NO_BUILD");
    }

    private static void assertSays(String word, Program.Ended ended) throws IOException {
        assertThat(ended.exitCode()).as(ended.toString()).isZero();
        assertThat(ended.out()).isEqualTo(word + "\n");
        assertThat(ended.err()).isEmpty();
    }

    /** Waits until there is one archive, whole, and nobody is at work any more. */
    private Path awaitArchive() throws IOException {
        Awaitility.await("one archive in " + archives).atMost(LIMIT).until(this::hasArchive);
        return archives.resolve(names().get(0));
    }

    private boolean hasArchive() throws IOException {
        List<String> names = names();
        return names.size() == 2 && names.get(1).equals("lock");
    }

    private List<String> names() throws IOException {
        if (Files.notExists(archives)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(archives)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
