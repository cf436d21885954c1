package io.wsstream.pty;

import static io.wsstream.pty.Machine.ENVIRONMENT;
import static io.wsstream.pty.Machine.onPipes;
import static io.wsstream.pty.Machine.onTerminal;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpawnTest extends WithRuntime {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theChildBlocksIgnoresAndCatchesNoSignal(boolean terminal) throws Exception {
        Recorder recorder = run(spec(terminal, "/bin/cat", "/proc/self/status"));

        assertThat(recorder.exit().code()).isZero();
        // The C library keeps 32 and 33 for itself: nobody can set them back.
        long settable = ~(3L << 31);
        assertThat(recorder.out()
                        .lines()
                        .filter(l -> l.matches("Sig(Blk|Ign|Cgt):.*"))
                        .map(l -> Long.parseUnsignedLong(l.substring(8).trim(), 16) & settable))
                .containsExactly(0L, 0L, 0L);
    }

    @Test
    void aWriterWithoutReaderDiesOfSigpipe() throws Exception {
        Recorder recorder = run(onPipes("bash -c 'yes; echo $? >&2' | head -1"));

        assertThat(recorder.exit().code()).isZero();
        assertThat(recorder.err().trim()).isEqualTo("141");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theChildHasDescriptorsZeroToTwoOnlyAlsoBesideManyProcessBuilders(boolean terminal) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> others = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> startProcessBuilders(stop));
            thread.start();
            others.add(thread);
        }
        List<Recorder> recorders = new ArrayList<>();

        for (int i = 0; i < 50; i++) {
            recorders.add(run(spec(terminal, "/bin/ls", "-1", "/proc/self/fd")));
            recorders.get(i).exit();
        }
        stop.set(true);
        for (Thread thread : others) {
            thread.join();
        }

        // 3 is what ls itself has opened to list them.
        assertThat(recorders).allSatisfy(r -> assertThat(r.out().lines()).containsExactly("0", "1", "2", "3"));
    }

    @Test
    void theEnvironmentIsExactlyWhatWasAskedFor() throws Exception {
        Recorder none = run(PtySpec.command("/usr/bin/env").build());
        Recorder some = run(PtySpec.command("env")
                .environment(Map.of("PATH", "/usr/bin", "A", "1 2", "EMPTY", "", "UTF", "h\u00e9 \u4e16"))
                .build());

        none.exit();
        some.exit();

        assertThat(none.out()).isEmpty();
        assertThat(some.out().lines())
                .containsExactlyInAnyOrder("PATH=/usr/bin", "A=1 2", "EMPTY=", "UTF=h\u00e9 \u4e16");
    }

    @Test
    void argumentsArriveByteForByte() throws Exception {
        Recorder recorder =
                run(PtySpec.command("printf", "[%s]", "", " a b ", "new\nline", "h\u00e9\u4e16\ud83d\ude00", "$x*")
                        .environment(ENVIRONMENT)
                        .build());

        recorder.exit();

        assertThat(recorder.out()).isEqualTo("[][ a b ][new\nline][h\u00e9\u4e16\ud83d\ude00][$x*]");
    }

    @Test
    void anArgumentOf100KiBArrives() throws Exception {
        String argument = "x".repeat(100 * 1024);
        Recorder recorder = run(PtySpec.command("printf", "%s", argument)
                .environment(ENVIRONMENT)
                .build());

        recorder.exit();

        assertThat(recorder.out()).isEqualTo(argument);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itStartsInTheFolderAskedFor(boolean terminal, @TempDir Path folder) throws Exception {
        PtySpec.Builder builder =
                PtySpec.command("/bin/pwd").environment(ENVIRONMENT).directory(folder);
        Recorder recorder = run((terminal ? builder.terminal(80, 24) : builder).build());

        recorder.exit();

        assertThat(recorder.out().trim()).isEqualTo(folder.toRealPath().toString());
    }

    @Test
    void aProgramWithASlashIsRelativeToTheFolder(@TempDir Path folder) throws Exception {
        script(folder.resolve("tool"), "#!/bin/sh\necho found");
        Recorder recorder = run(PtySpec.command("./tool").directory(folder).build());

        recorder.exit();

        assertThat(recorder.out()).isEqualTo("found\n");
    }

    @Test
    void theProgramIsLookedUpInThePathOfTheChild(@TempDir Path folder) throws Exception {
        script(folder.resolve("tool"), "#!/bin/sh\necho $0");
        Recorder recorder = run(PtySpec.command("tool")
                .environment(Map.of("PATH", "/nowhere:" + folder))
                .build());

        recorder.exit();

        assertThat(recorder.out().trim()).isEqualTo(folder.resolve("tool").toString());
    }

    @Test
    void withoutStdinTheChildReadsAnEmptyFile() throws Exception {
        Recorder recorder =
                run(Machine.sh("cat; readlink /proc/self/fd/0").stdin(false).build());

        recorder.exit();

        assertThat(recorder.out()).isEqualTo("/dev/null\n");
        assertThat(recorder.process().write(java.nio.ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void outputsThatAreOffGoNowhereAndHaveNoEnd() throws Exception {
        Recorder recorder =
                run(Machine.sh("echo a; echo b >&2").stdout(false).stderr(false).build());

        recorder.exit();

        assertThat(recorder.events()).containsExactly("start", "exit");
    }

    @Test
    void aChildsStdioIsBlocking() throws Exception {
        Recorder recorder = run(onPipes("for i in 0 1 2; do grep flags /proc/self/fdinfo/$i; done"));

        recorder.exit();

        int nonBlocking = 04000;
        assertThat(recorder.out().lines().map(l -> Integer.parseInt(l.split("\\s+", 2)[1], 8) & nonBlocking))
                .containsExactly(0, 0, 0);
    }

    @Test
    void headroomIsFreeBeforeTheBytes() throws Exception {
        java.util.concurrent.BlockingQueue<Integer> positions = new java.util.concurrent.LinkedBlockingQueue<>();
        Recorder recorder = new Recorder() {
            @Override
            public void onOutput(PtyOutput output) {
                positions.add(output.bytes().position());
                output.bytes().put(0, new byte[output.bytes().position()]);
                super.onOutput(output);
            }
        };

        PtyProcess unused = runtime.spawn(
                Machine.sh("echo small; head -c 5000 /dev/zero; head -c 200000 /dev/zero")
                        .headroom(256)
                        .build(),
                recorder);
        recorder.exit();

        assertThat(positions).isNotEmpty().allMatch(p -> p == 256);
        assertThat(recorder.outSize()).isEqualTo(6 + 5000 + 200000);
    }

    @Test
    void theHandleKnowsItsProcess() throws Exception {
        Recorder recorder = run(onTerminal("echo $$"));

        recorder.exit();

        assertThat(recorder.out().trim())
                .isEqualTo(Long.toString(recorder.process().pid()));
        assertThat(recorder.process().terminal()).isTrue();
    }

    private static PtySpec spec(boolean terminal, String... argv) {
        PtySpec.Builder builder = PtySpec.command(argv).environment(ENVIRONMENT);
        return (terminal ? builder.terminal(80, 24) : builder).build();
    }

    private static void startProcessBuilders(AtomicBoolean stop) {
        try {
            while (!stop.get()) {
                int code = new ProcessBuilder("true").start().waitFor();
                assertThat(code).isZero();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void script(Path path, String text) throws Exception {
        Files.writeString(path, text + "\n");
        assertThat(path.toFile().setExecutable(true)).isTrue();
    }
}
