package io.wsstream.conformance.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A client that is a program. Its words may hold places:
 *
 * <pre>
 *  {url}         the server, such as http://127.0.0.1:34567
 *  {kubeconfig}  a file that names the server and the token
 *  {token}       the token
 *  {pod}         the pod, in namespace default
 *  {command}     the command, as so many words; without it the program has a command of its own
 *  {stdin:-i}    -i if stdin is to be passed on, and no word at all otherwise; without it stdin is always passed on
 *  {tty:-t}      -t if a terminal is to be asked for; the program then runs on a terminal itself, by script(1)
 *  {protocol}    the subprotocol to offer; without it the program offers what it likes
 * </pre>
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> {@link #run}, up to the call's bound; then the program is killed.
 */
public final class CommandClient implements ClientUnderTest {
    private static final Pattern OPTION = Pattern.compile("\\{(stdin|tty):(.*)}");
    private static final boolean HAS_TERMINALS = Files.isExecutable(Path.of("/usr/bin/script"));

    private final List<String> words;

    /**
     * A program.
     *
     * @param words program and arguments, with places
     * @throws IllegalArgumentException if they do not tell the program where the server is
     */
    public CommandClient(List<String> words) {
        this.words = List.copyOf(words);
        if (!mentions("{url}") && !mentions("{kubeconfig}")) {
            throw new IllegalArgumentException(
                    "the command names neither {url} nor {kubeconfig}, so that the client cannot"
                            + " know where the server is: " + String.join(" ", words));
        }
    }

    private boolean mentions(String place) {
        return words.stream().anyMatch(word -> word.contains(place));
    }

    @Override
    public Set<String> abilities() {
        Set<String> abilities = new HashSet<>();
        if (mentions("{stdin:")) {
            abilities.add(STDIN);
        }
        if (mentions("{tty:") && HAS_TERMINALS) {
            abilities.add(TTY);
        }
        if (mentions("{command}")) {
            abilities.add(COMMAND);
        }
        if (mentions("{protocol}")) {
            abilities.add(OFFER);
        }
        if (mentions("{token}")) { // One in a kubeconfig is not sent without TLS by all that read it.
            abilities.add(TOKEN);
        }
        return abilities;
    }

    @Override
    public ClientResult run(ClientCall call) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("conformance-client");
        try {
            return run(call, folder);
        } finally {
            for (String file : List.of("stdin", "stdout", "stderr")) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.deleteIfExists(folder);
        }
    }

    private ClientResult run(ClientCall call, Path folder) throws IOException, InterruptedException {
        Path stdout = folder.resolve("stdout");
        Path stderr = folder.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(argv(call)).redirectOutput(stdout.toFile()).redirectError(stderr.toFile());
        byte[] stdin = call.stdin().orElse(new byte[0]);
        if (!call.stdinStaysOpen()) {
            builder.redirectInput(Files.write(folder.resolve("stdin"), stdin).toFile());
        }
        Process process = builder.start();
        try (OutputStream in = process.getOutputStream()) {
            if (call.stdinStaysOpen()) {
                in.write(stdin);
                in.flush();
            }
            if (!process.waitFor(call.bound().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        "the client did not end within " + call.bound().toSeconds() + " s");
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new ClientResult(process.exitValue(), Files.readAllBytes(stdout), Files.readAllBytes(stderr));
    }

    private List<String> argv(ClientCall call) {
        List<String> argv = new ArrayList<>();
        for (String word : words) {
            Matcher option = OPTION.matcher(word);
            if (word.equals("{command}")) {
                argv.addAll(call.command());
            } else if (option.matches()) {
                boolean wanted = option.group(1).equals("tty")
                        ? call.tty()
                        : call.stdin().isPresent();
                if (wanted) {
                    argv.add(option.group(2));
                }
            } else {
                argv.add(word.replace("{url}", call.url().toString())
                        .replace("{kubeconfig}", call.kubeconfig().toString())
                        .replace("{token}", ClientCall.TOKEN)
                        .replace("{pod}", call.pod())
                        .replace("{protocol}", call.offer().orElse("")));
            }
        }
        return call.tty() ? onTerminal(argv) : argv;
    }

    private static List<String> onTerminal(List<String> argv) {
        String line = argv.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ", "stty cols 80 rows 24 -opost; exec ", ""));
        return List.of("/usr/bin/script", "-qefc", line, "/dev/null");
    }

    /** {@return the words, for reports} */
    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
