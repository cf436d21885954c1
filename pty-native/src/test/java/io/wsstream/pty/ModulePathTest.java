package io.wsstream.pty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModulePathTest {
    @Test
    void aModularProgramRunsAProcess(@TempDir Path folder) throws Exception {
        Path sources = Files.createDirectories(folder.resolve("src"));
        Path info = Files.writeString(
                sources.resolve("module-info.java"), "module sample.app { requires io.wsstream.pty; }");
        Path main = Files.writeString(
                Files.createDirectories(sources.resolve("tryit")).resolve("Main.java"), """
                package tryit;

                import io.wsstream.pty.*;

                public class Main {
                    public static void main(String[] args) throws Exception {
                        try (PtyRuntime runtime = PtyRuntime.start()) {
                            PtyProcess process = runtime.spawn(
                                    PtySpec.command("/bin/sh", "-c", "exit 7").terminal(80, 24).build(),
                                    new PtyListener() {
                                        public void onOutput(PtyOutput output) { output.release(); }
                                        public void onOutputEnd(PtyStream source) {}
                                        public void onInputWritable() {}
                                        public void onExit(PtyExit exit) {}
                                    });
                            process.resize(10, 10);
                            System.out.println(process.exit().toCompletableFuture().get());
                            System.out.println(Main.class.getModule() + " " + PtyRuntime.class.getModule());
                        }
                    }
                }
                """);
        String modules = location(PtyRuntime.class) + ":" + location(com.sun.jna.Native.class);
        Path classes = folder.resolve("classes");

        String compiled = run("javac", "-p", modules, "-d", classes.toString(), info.toString(), main.toString());
        String said = run(
                "java",
                "--enable-native-access=com.sun.jna",
                "-p",
                classes + ":" + modules,
                "-m",
                "sample.app/tryit.Main");

        assertThat(compiled).isEqualTo("0 ");
        assertThat(said).isEqualTo("0 PtyExit[code=7, signal=0]\nmodule sample.app module io.wsstream.pty\n");
    }

    private static String run(String tool, String... arguments) throws Exception {
        java.util.List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
        command.addAll(java.util.List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + said;
    }

    private static String location(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
