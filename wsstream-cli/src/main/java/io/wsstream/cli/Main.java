package io.wsstream.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code wsstream} command: its subcommands, and how their errors look. */
@Command(
        name = "wsstream",
        description = "Kubernetes-compatible remote exec over WebSocket.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main implements Runnable {
    /** Of wrong usage. */
    static final int USAGE = 2;

    /** In the order of the help. */
    private static final List<Subcommand> SUBCOMMANDS = List.of(
            new Subcommand(DemoCommand.NAME, DemoCommand.class),
            new Subcommand(ServeCommand.NAME, ServeCommand.class),
            new Subcommand(ExecCommand.NAME, ExecCommand.class),
            new Subcommand(ConformanceCommand.NAME, ConformanceCommand.class));

    /** By its name too, since to read the first annotation takes longer than all else until then. */
    private record Subcommand(String name, Class<?> type) {}

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    /** The root command; does nothing but ask for a subcommand. */
    public Main() {}

    /**
     * Runs a command and exits with its code.
     *
     * @param arguments of the command line
     */
    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals(ExecCommand.NAME)) {
            TlsWarmUp.start();
        }
        // Kept by java.util.logging for good, as the root is.
        Logger.getLogger("").setLevel(Level.WARNING);
        System.exit(commandLine(arguments).execute(arguments));
    }

    /**
     * The command line with our handlers: one line for an error, and no stack trace. When the first argument names a
     * subcommand the others are left out, since to read their annotations takes longer than many a command.
     */
    static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        List<Subcommand> named = SUBCOMMANDS.stream()
                .filter(each -> arguments.length > 0 && each.name().equals(arguments[0]))
                .toList();
        (named.isEmpty() ? SUBCOMMANDS : named).forEach(each -> line.addSubcommand(each.type()));
        return line.setExecutionExceptionHandler((failure, command, parsed) -> {
                    LoggerFactory.getLogger(Main.class).debug("failed", failure);
                    print(command.getErr(), failure.getMessage() == null ? failure.toString() : failure.getMessage());
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .setParameterExceptionHandler((wrong, unparsed) -> {
                    print(
                            wrong.getCommandLine().getErr(),
                            wrong.getMessage() + "; see '"
                                    + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help'");
                    return USAGE;
                });
    }

    static void print(PrintWriter err, String message) {
        err.println("error: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
        err.flush();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no subcommand");
    }

    /** What {@code --version} says: the version of the build, and the JVM it runs on. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            try (InputStream version = Objects.requireNonNull(Main.class.getResourceAsStream("version.txt"))) {
                return new String[] {
                    "wsstream " + new String(version.readAllBytes(), StandardCharsets.UTF_8).strip(),
                    "Java " + Runtime.version()
                };
            }
        }
    }
}
