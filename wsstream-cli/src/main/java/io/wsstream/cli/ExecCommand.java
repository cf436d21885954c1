package io.wsstream.cli;

import io.wsstream.client.RemotePod;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecRequest;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.exec.WithoutHalfClose;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.ExecResult;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code wsstream exec}: as {@code kubectl exec}. Its exit code is that of the remote command.
 *
 * <p>Source: {@code k8s.io/kubectl/pkg/cmd/exec/exec.go}.
 */
@Command(
        name = ExecCommand.NAME,
        description = "Run a command in a container; exits with its exit code.",
        mixinStandardHelpOptions = true,
        customSynopsis = "wsstream exec [OPTIONS] POD -- COMMAND [ARGUMENT...]")
public final class ExecCommand implements Callable<Integer> {
    static final String NAME = "exec";

    /** What a shell reports of a program that wrote into a closed pipe. */
    private static final int BROKEN_PIPE = 128 + 13;

    /** How long the server may take to answer our Close. */
    private static final Duration CLOSE_BOUND = Duration.ofSeconds(1);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = {"-i", "--stdin"},
            description = "Pass stdin to the command.")
    private boolean stdin;

    @Option(
            names = {"-t", "--tty"},
            description = "Give the command a terminal; needs -i, and a terminal here.")
    private boolean tty;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            description = "Default: that of the context.")
    private @Nullable String namespace;

    @Option(
            names = {"-c", "--container"},
            paramLabel = "NAME",
            description = "Default: the only one.")
    private @Nullable String container;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = DurationText.class,
            description = "End the session after so long, such as 30s or 5m. Default: never.")
    private @Nullable Duration timeout;

    @Parameters(index = "0", paramLabel = "POD", description = "NAME or pod/NAME.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String pod;

    @Parameters(index = "1..*", paramLabel = "COMMAND", description = "After --: the command and its arguments.")
    private List<String> command = List.of();

    private final LocalStreams streams;

    /** Of this process. */
    public ExecCommand() {
        this(LocalStreams.ofProcess());
    }

    ExecCommand(LocalStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws Exception {
        checkUsage();
        ClusterAccess access = cluster.access();
        try (WsStreamClient client = WsStreamClient.of(access)) {
            String in = namespace == null ? access.defaultNamespace() : namespace;
            RemotePod target = client.pod(in, pod.replaceFirst("^(pod|pods)/", ""));
            ExecRequest request = (container == null ? target : target.container(container)).command(command);
            if (timeout != null) {
                request.timeout(timeout);
            }
            RawTerminal terminal = tty && stdin ? RawTerminal.open() : null;
            if (tty && stdin && terminal == null) {
                warn("Unable to use a TTY - input is not a terminal or the right kind of file");
            }
            if (terminal == null) {
                return stdin ? run(request.stdin(streams.in())) : run(request.withoutStdin());
            }
            try (terminal) {
                return run(request, terminal);
            }
        }
    }

    private void checkUsage() {
        if (command.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "no command; expected POD -- COMMAND");
        }
        if (!spec.commandLine().getParseResult().originalArgs().contains("--")) {
            throw new ParameterException(spec.commandLine(), "expected -- between POD and COMMAND");
        }
    }

    private int run(ExecRequest request, RawTerminal terminal) throws IOException, InterruptedException {
        // The end of a terminal's input is a key like any other; nothing hangs where it cannot be told.
        request.tty(terminal.size()).stdin(streams.in()).withoutHalfClose(WithoutHalfClose.LEAVE_OPEN);
        try (ExecSession session = request.start()) {
            terminal.onResize(() -> session.resize(terminal.size()));
            terminal.enterRawMode();
            // It may have changed since the size was taken.
            session.resize(terminal.size());
            ExecResult result = carry(session);
            terminal.close();
            return report(result);
        }
    }

    private int run(ExecRequest request) throws IOException, InterruptedException {
        try (ExecSession session = request.start()) {
            return report(carry(session));
        }
    }

    /** Carries both outputs to their end, and gives the result; null after our own stdout was closed. */
    private @Nullable ExecResult carry(ExecSession session) throws InterruptedException {
        OutputPump err = new OutputPump(session.stderr(), streams.err(), "wsstream-stderr");
        OutputPump out = new OutputPump(session.stdout(), streams.out(), "wsstream-stdout");
        out.onBroken(session::close);
        err.start();
        out.start();
        ExecResult result = session.await();
        out.join();
        err.join();
        // This process ends next, and our Close with it if it is not out yet.
        session.awaitDisconnect(CLOSE_BOUND);
        return out.isBroken() ? null : result;
    }

    private int report(@Nullable ExecResult result) {
        if (result == null) {
            return BROKEN_PIPE;
        }
        int code = result.exitCode().orElse(1);
        if (result instanceof ExecResult.ExitCode) {
            warn(result.describe());
        } else if (!result.isSuccess()) {
            Main.print(spec.commandLine().getErr(), result.describe());
        }
        return code;
    }

    private void warn(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }
}
