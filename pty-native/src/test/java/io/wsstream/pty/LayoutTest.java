package io.wsstream.pty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wsstream.pty.internal.posix.Errno;
import io.wsstream.pty.internal.posix.Layout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables against the C headers of this machine, and of aarch64 where a compiler for it is installed. */
class LayoutTest {
    private static final Map<String, String> SIZES = Map.of(
            "epollEventBytes", "sizeof(struct epoll_event)",
            "epollDataOffset", "offsetof(struct epoll_event, data)",
            "spawnAttributesBytes", "sizeof(posix_spawnattr_t)",
            "fileActionsBytes", "sizeof(posix_spawn_file_actions_t)",
            "signalSetBytes", "sizeof(sigset_t)",
            "termiosBytes", "sizeof(struct termios)",
            "termiosLocalFlagsOffset", "offsetof(struct termios, c_lflag)",
            "termiosControlCharsOffset", "offsetof(struct termios, c_cc)",
            "winsizeBytes", "sizeof(struct winsize)");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"gcc,native", "aarch64-linux-gnu-gcc,AARCH64", "x86_64-linux-gnu-gcc,X86_64"})
    void theTableIsWhatTheHeadersSay(String compiler, String which) throws Exception {
        assumeTrue(installed(compiler), compiler + " is not installed");
        Layout layout = switch (which) {
            case "AARCH64" -> Layout.AARCH64;
            case "X86_64" -> Layout.X86_64;
            default -> Layout.forArchitecture(System.getProperty("os.arch"));
        };
        assertThat(layout).isNotNull();
        Map<String, Long> expected = new LinkedHashMap<>();
        Map<String, String> expressions = new LinkedHashMap<>();
        for (RecordComponent component : Layout.class.getRecordComponents()) {
            if (component.getType() == int.class) {
                expected.put(
                        component.getName(), ((Integer) component.getAccessor().invoke(layout)).longValue());
                expressions.put(component.getName(), SIZES.get(component.getName()));
            }
        }
        for (Class<?> constants : new Class<?>[] {Layout.class, Errno.class}) {
            for (Field field : constants.getFields()) {
                if (field.getType() == int.class && Modifier.isStatic(field.getModifiers())) {
                    expected.put(field.getName(), (long) field.getInt(null));
                    expressions.put(field.getName(), expression(field.getName()));
                }
            }
        }

        Map<String, Long> actual = compiled(compiler, expressions);

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void signalsHaveTheNumbersOfTheHeaders() throws Exception {
        assumeTrue(installed("gcc"), "gcc is not installed");
        Map<String, Long> expected = new LinkedHashMap<>();
        Map<String, String> expressions = new LinkedHashMap<>();
        for (PtySignal signal : PtySignal.values()) {
            expected.put(signal.name(), (long) signal.number());
            expressions.put(signal.name(), "SIG" + signal.name());
        }

        assertThat(compiled("gcc", expressions)).isEqualTo(expected);
    }

    /** Puts the values into the assembler text, which needs no processor of that kind to read. */
    private Map<String, Long> compiled(String compiler, Map<String, String> expressions) throws Exception {
        StringBuilder source = new StringBuilder("#define _GNU_SOURCE\n");
        for (String header : new String[] {
            "stddef",
            "errno",
            "fcntl",
            "spawn",
            "signal",
            "termios",
            "sys/ioctl",
            "sys/epoll",
            "sys/eventfd",
            "sys/wait",
            "sys/syscall",
            "unistd"
        }) {
            source.append("#include <").append(header).append(".h>\n");
        }
        source.append("void values(void) {\n");
        expressions.forEach((name, expression) -> source.append("  __asm__ volatile(\"@@ ")
                .append(name)
                .append(" %c0\" : : \"i\"((long)(")
                .append(expression)
                .append(")));\n"));
        source.append("}\n");
        Path file = Files.writeString(folder.resolve("layout.c"), source);
        Process gcc = new ProcessBuilder(compiler, "-S", "-O1", "-o", "-", file.toString())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        String assembler = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(gcc.waitFor()).as(Files.readString(folder.resolve("errors"))).isZero();
        Map<String, Long> values = new LinkedHashMap<>();
        assembler.lines().map(String::trim).filter(l -> l.startsWith("@@ ")).forEach(l -> {
            String[] words = l.split(" ", 3);
            values.put(words[1], Long.parseLong(words[2].trim()));
        });
        return values;
    }

    private static String expression(String name) {
        return name.startsWith("SYS_") ? name.toLowerCase(Locale.ROOT).replace("sys_", "__NR_") : name;
    }

    private static boolean installed(String compiler) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, compiler))) {
                return true;
            }
        }
        return false;
    }
}
