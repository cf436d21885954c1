package io.wsstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A peer in a process of its own that says each answer as one line of JSON, and ends when its stdin ends.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> until the peer answers; peers give up by themselves after two minutes.
 */
final class Forked implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final Writer orders;

    private Forked(String name, List<String> command) throws IOException {
        this.name = name;
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    static Forked program(String name, List<String> command) throws IOException {
        return new Forked(name, command);
    }

    /** Starts a main of ours in a JVM as this one. */
    static Forked jvm(Class<?> main, List<String> jvmOptions, String... args) throws IOException {
        return jvm(System.getProperty("java.class.path"), main, jvmOptions, args);
    }

    /** The same with other libraries than this one's. */
    static Forked jvm(String classPath, Class<?> main, List<String> jvmOptions, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=warning:stderr")); // stdout is for answers
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(classPath);
        command.add(main.getName());
        command.addAll(List.of(args));
        return new Forked(main.getSimpleName(), command);
    }

    /** {@return the next line that the peer says} */
    JsonNode answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(name + " ended without an answer; its last words are on stderr");
        }
        JsonNode answer = JSON.readTree(line);
        if (answer.has("error")) {
            throw new IOException(name + ": " + answer.get("error").asText());
        }
        return answer;
    }

    /** Sends one line and waits for the answer. */
    JsonNode ask(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
        return answer();
    }

    /** Sends an order and waits for the answer. */
    JsonNode ask(Order order) throws IOException {
        return ask(JSON.writeValueAsString(order));
    }

    /** {@return CPU time so far, user and system, of the process alone} */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** {@return what it takes of the machine at this moment} */
    Footprint footprint() throws IOException {
        return Footprint.of(process.pid());
    }

    @Override
    public void close() {
        try {
            orders.close();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException gone) {
            process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
