package io.wsstream.pty;

import static io.wsstream.pty.Machine.ENVIRONMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wsstream.pty.internal.posix.Host;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each failure has its kind, exit code and words; nothing stays open after any (see {@link WithRuntime}). */
class ErrorsTest extends WithRuntime {
    @TempDir
    private Path folder;

    @BeforeEach
    void files() throws Exception {
        Files.writeString(folder.resolve("plain"), "text\n");
        executable("script", "#!/no/such/interpreter -x\n");
        executable("noformat", "just words\n");
        Files.createDirectory(folder.resolve("folder"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-such-program  | NOT_FOUND      | 127 | ENOENT  | no such program in PATH",
                "/no/such/program | NOT_FOUND      | 127 | ENOENT  | no such file or directory",
                "./missing        | NOT_FOUND      | 127 | ENOENT  | no such file or directory",
                "''               | NOT_FOUND      | 127 | ENOENT  | no such program in PATH",
                "plain            | NOT_FOUND      | 127 | ENOENT  | no such program in PATH",
                "./plain          | NOT_EXECUTABLE | 126 | EACCES  | permission denied",
                "./folder         | NOT_EXECUTABLE | 126 | EACCES  | is a directory",
                "./plain/x        | NOT_EXECUTABLE | 126 | ENOTDIR | not a directory",
                "./noformat       | NOT_EXECUTABLE | 126 | ENOEXEC | exec format error",
                "./script         | NOT_FOUND      | 127 | ENOENT  | interpreter \"/no/such/interpreter\" does not exist"
            })
    void aCommandThatCannotRunSaysWhy(
            String program, PtyException.Kind kind, int exitCode, String errno, String words) {
        for (boolean terminal : new boolean[] {true, false}) {
            PtySpec.Builder builder =
                    PtySpec.command(program).environment(ENVIRONMENT).directory(folder);

            PtyException e = failure((terminal ? builder.terminal(80, 24) : builder).build());

            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e.exitCode()).isEqualTo(exitCode);
            assertThat(e.errnoName()).isEqualTo(errno);
            assertThat(e).hasMessageContaining(words).hasMessageContaining("\"" + program + "\"");
            assertThat(e.getMessage().lines()).hasSize(1);
        }
    }

    @Test
    void aProgramInPathThatMayNotRunIsNotExecutable() {
        PtyException e = failure(PtySpec.command("plain")
                .environment(Map.of("PATH", "/bin:" + folder))
                .build());

        assertThat(e.kind()).isEqualTo(PtyException.Kind.NOT_EXECUTABLE);
        assertThat(e.exitCode()).isEqualTo(126);
    }

    @ParameterizedTest
    @CsvSource({"PATH,''", "PATH,:", "PATH,:/nowhere:", "X,1"})
    void aBareNameIsNotRunFromTheWorkingFolder(String name, String value) throws Exception {
        executable("tool", "#!/bin/sh\necho wrong\n");

        PtyException e = failure(PtySpec.command("tool")
                .environment(Map.of(name, value))
                .directory(folder)
                .build());

        assertThat(e.kind()).isEqualTo(PtyException.Kind.NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource({"missing,ENOENT,127", "plain,ENOTDIR,126"})
    void aWorkingFolderThatCannotBeEnteredIsNamed(String name, String errno, int exitCode) {
        PtyException e = failure(PtySpec.command("true")
                .environment(ENVIRONMENT)
                .directory(folder.resolve(name))
                .build());

        assertThat(e.kind()).isEqualTo(PtyException.Kind.BAD_DIRECTORY);
        assertThat(e.errnoName()).isEqualTo(errno);
        assertThat(e.exitCode()).isEqualTo(exitCode);
        assertThat(e).hasMessageContaining(folder.resolve(name).toString());
    }

    @Test
    void anArgumentBeyond128KiBIsTooLong() {
        PtyException e = failure(PtySpec.command("true", "x".repeat(200 * 1024))
                .environment(ENVIRONMENT)
                .build());

        assertThat(e.kind()).isEqualTo(PtyException.Kind.ARGUMENT_LIST_TOO_LONG);
        assertThat(e.exitCode()).isEqualTo(126);
    }

    @Test
    void aNulIsRefusedWhereverItIs() {
        assertThat(failure(PtySpec.command("true\0x").build()).errnoName()).isEqualTo("EINVAL");
        assertThat(failure(PtySpec.command("true", "a\0b").build()).errnoName()).isEqualTo("EINVAL");
        assertThat(failure(with(Map.of("A", "a\0b")))).hasMessageContaining("\"A\"");
        assertThat(failure(with(Map.of("A\0", "a")))).hasMessageContaining("NUL");
        assertThat(failure(with(Map.of("A=B", "a")))).hasMessageContaining("=");
        assertThat(failure(with(Map.of("", "a")))).hasMessageContaining("empty");
    }

    @Test
    void messagesCarryNoControlCharacters() {
        PtyException e = failure(PtySpec.command("\u001b[31mred\nline").build());

        assertThat(e.getMessage()).doesNotContain("\u001b").doesNotContain("\n");
    }

    @Test
    void withoutDescriptorsItIsARefusalThatPasses() throws Exception {
        // A JVM of its own has the low limit.
        Process limited = Machine.jvm(List.of("sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"), DescriptorLimit.class)
                .start();

        String said = new String(limited.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

        assertThat(limited.waitFor()).as(said).isZero();
        assertThat(said).contains("RESOURCE EMFILE").endsWith("all ended\n");
    }

    /** In a JVM of its own, whose {@code /dev/pts} holds one terminal. */
    static final class TerminalLimit {
        private TerminalLimit() {}

        public static void main(String[] arguments) throws Exception {
            try (PtyRuntime runtime = PtyRuntime.start(1)) {
                Recorder first = Machine.run(runtime, Machine.onTerminal("read x"));
                try {
                    Recorder unused = Machine.run(runtime, Machine.onTerminal("true"));
                } catch (PtyException refused) {
                    System.out.println(refused.kind() + " " + refused.errnoName() + " " + runtime.liveProcesses());
                }
                first.process().closeInput();
                PtyExit unused = first.exit();
                System.out.println(Machine.run(runtime, Machine.onTerminal("exit 4"))
                        .exit()
                        .code());
            }
        }
    }

    @Test
    void withoutTerminalsItIsARefusalThatPasses() throws Exception {
        String ownTerminals = "mount -t devpts -o newinstance,ptmxmode=666,max=1 devpts /dev/pts"
                + " && mount --bind /dev/pts/ptmx /dev/ptmx";
        assumeTrue(
                new ProcessBuilder("unshare", "-m", "sh", "-c", ownTerminals)
                                .start()
                                .waitFor()
                        == 0,
                "no mount namespace may be made here");
        Process limited = Machine.jvm(
                        List.of("unshare", "-m", "sh", "-c", ownTerminals + " && exec \"$@\"", "sh"),
                        TerminalLimit.class)
                .start();

        String said = new String(limited.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

        assertThat(limited.waitFor()).as(said).isZero();
        assertThat(said).isEqualTo("RESOURCE ENOSPC 1\n4\n");
    }

    @ParameterizedTest
    @CsvSource({"Mac OS X,aarch64,this is Mac OS X", "Windows 11,amd64,this is Windows 11", "Linux,riscv64,riscv64"})
    void elsewhereSpawnRefusesClearly(String osName, String osArch, String words) {
        try (PtyRuntime elsewhere = PtyRuntime.start(1, Host.of(osName, osArch), Launcher.Features.ALL)) {
            PtyException e = catchThrowableOfType(
                    PtyException.class,
                    () -> elsewhere.spawn(
                            PtySpec.command("true").terminal(80, 24).build(), new Recorder()));

            assertThat(e.kind()).isEqualTo(PtyException.Kind.UNSUPPORTED);
            assertThat(e).hasMessageContaining(words);
            assertThat(e.errno()).isZero();
        }
    }

    @Test
    void aClosedRuntimeStartsNothing() {
        runtime.close();

        assertThatThrownBy(() -> runtime.spawn(with(Map.of()), new Recorder()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aLoopThreadMustNotSpawnOrClose() throws Exception {
        java.util.List<Class<?>> thrown = new java.util.concurrent.CopyOnWriteArrayList<>();
        Recorder recorder = new Recorder() {
            @Override
            public void onStart(PtyProcess process) {
                try {
                    PtyProcess unused = runtime.spawn(with(Map.of()), new Recorder());
                } catch (Exception e) {
                    thrown.add(e.getClass());
                }
                try {
                    runtime.close();
                } catch (IllegalStateException e) {
                    thrown.add(e.getClass());
                }
            }
        };

        PtyProcess unused = runtime.spawn(with(Map.of()), recorder);
        recorder.exit();

        assertThat(thrown).containsExactly(IllegalStateException.class, IllegalStateException.class);
    }

    @Test
    void callersMistakesAreNamed() {
        assertThatThrownBy(() -> PtySpec.command()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PtySpec.command("x").headroom(257)).hasMessageContaining("0 to 256");
        assertThatThrownBy(() -> PtySpec.command("x").headroom(-1)).hasMessageContaining("0 to 256");
        assertThatThrownBy(() -> PtyRuntime.start(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> KillPolicy.kill().then(java.time.Duration.ofMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Runs with few descriptors: starts until it is refused, ends one, and starts again. */
    static final class DescriptorLimit {
        public static void main(String[] args) throws Exception {
            try (PtyRuntime runtime = PtyRuntime.start(1)) {
                // From a folder of classes, loading one takes a descriptor; a jar is open already.
                Recorder first = Machine.run(runtime, Machine.onPipes("cat"));
                first.process().terminate(KillPolicy.kill());
                PtyExit loaded = first.exit();
                PtyException refusal = catchThrowableOfType(
                        PtyException.class,
                        () -> runtime.spawn(PtySpec.command("none").build(), new Recorder()));
                System.out.println(loaded + " " + refusal.getMessage());
                java.util.List<Recorder> cats = new java.util.ArrayList<>();
                refusal = null;
                while (refusal == null && cats.size() < 100) {
                    try {
                        cats.add(Machine.run(runtime, Machine.onPipes("cat")));
                    } catch (PtyException e) {
                        refusal = e;
                    }
                }
                int before = Machine.descriptorCount();
                for (int i = 0; i < 50; i++) {
                    try {
                        cats.add(Machine.run(runtime, Machine.onTerminal("cat")));
                    } catch (PtyException e) {
                        refusal = e;
                    }
                }
                String kind = refusal == null ? "none" : refusal.kind() + " " + refusal.errnoName();
                System.out.println(kind + " with " + cats.size() + ", " + (Machine.descriptorCount() - before)
                        + " more descriptors");
                for (Recorder cat : cats) {
                    cat.process().terminate(KillPolicy.kill());
                }
                for (Recorder cat : cats) {
                    PtyExit unused = cat.exit();
                }
                PtyExit unused =
                        Machine.run(runtime, Machine.onTerminal("true")).exit();
            }
            System.out.println("all ended");
        }
    }

    private PtyException failure(PtySpec spec) {
        return catchThrowableOfType(PtyException.class, () -> runtime.spawn(spec, new Recorder()));
    }

    private static PtySpec with(Map<String, String> environment) {
        return PtySpec.command("/bin/true").environment(environment).build();
    }

    private void executable(String name, String text) throws Exception {
        Path file = Files.writeString(folder.resolve(name), text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
