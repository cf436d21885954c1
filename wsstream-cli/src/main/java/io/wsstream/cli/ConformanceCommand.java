package io.wsstream.cli;

import io.wsstream.conformance.Case;
import io.wsstream.conformance.CaseSelection;
import io.wsstream.conformance.ConformanceRun;
import io.wsstream.conformance.Deviations;
import io.wsstream.conformance.Report;
import io.wsstream.conformance.client.ClientConformance;
import io.wsstream.conformance.client.CommandClient;
import io.wsstream.conformance.server.ServerConformance;
import io.wsstream.conformance.server.ServerUnderTest;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** {@code wsstream conformance}: plays the harness's cases against a server or a client in any language. */
@Command(
        name = ConformanceCommand.NAME,
        mixinStandardHelpOptions = true,
        description = "Tells a server or a client of the channel protocols where it is wrong.",
        subcommands = {ConformanceCommand.Server.class, ConformanceCommand.Client.class})
final class ConformanceCommand implements Runnable {
    static final String NAME = "conformance";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    ConformanceCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "server or client is expected");
    }

    /** What both sides have: which cases to play, and what to do with the results. */
    static final class Options {
        @Spec(Spec.Target.MIXEE)
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Option(names = "--suite", paramLabel = "NAME", description = "Only the cases of this suite. Repeatable.")
        private final List<String> suites = new ArrayList<>();

        @Option(names = "--case", paramLabel = "ID", description = "Only this case. Repeatable.")
        private final List<String> ids = new ArrayList<>();

        @Option(names = "--list", description = "Lists the cases, and plays none.")
        private boolean list;

        @Option(names = "--report", paramLabel = "FILE", description = "Writes the results there too, as JUnit XML.")
        private @Nullable Path report;

        @Option(
                names = "--deviations",
                paramLabel = "FILE",
                description = "Deviations that are expected, as YAML. Then every other one counts, and so does one that"
                        + " does not happen any more.")
        private @Nullable Path deviations;

        /** Starts a run of some cases. */
        interface Starter {
            ConformanceRun start(List<Case> cases, Deviations expected) throws IOException, InterruptedException;
        }

        int play(List<Case> all, Starter starter) throws IOException, InterruptedException {
            List<Case> cases = usage(() -> CaseSelection.of(all, suites, ids));
            PrintWriter out = spec.commandLine().getOut();
            if (list) {
                for (Case each : cases) {
                    out.printf("%-22s %-40s %-11s %s%n", each.suite(), each.id(), each.level(), each.title());
                }
                out.flush();
                return 0;
            }
            Deviations expected = deviations == null ? Deviations.unlisted() : Deviations.read(deviations);
            Report results = new Report(expected);
            try (ConformanceRun run = starter.start(cases, expected)) {
                for (Case each : run.cases()) {
                    results.add(run.result(each), out);
                }
            }
            out.println(results.summary());
            out.flush();
            if (report != null) {
                results.writeXml(report);
            }
            return results.isGood() ? 0 : 1;
        }

        <T> T usage(Callable<T> reading) {
            try {
                return reading.call();
            } catch (IllegalArgumentException wrong) {
                throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
            } catch (Exception impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        boolean isList() {
            return list;
        }

        ParameterException missing(String what) {
            return new ParameterException(spec.commandLine(), what);
        }
    }

    /** {@code conformance server}. */
    @Command(
            name = "server",
            mixinStandardHelpOptions = true,
            description = "Plays the cases for servers. The pod must have sh and the usual commands.")
    static final class Server implements Callable<Integer> {
        @Parameters(
                arity = "0..1",
                paramLabel = "URL",
                description =
                        "The exec endpoint, https://HOST:PORT/api/v1/namespaces/NS/pods/POD/exec; without a path pod"
                                + " \"local\" in \"default\".")
        private @Nullable URI url;

        @Option(names = "--token", paramLabel = "TOKEN", description = "Bearer token.")
        private @Nullable String token;

        @Option(names = "--certificate-authority", paramLabel = "FILE", description = "CA of the server, as PEM.")
        private @Nullable Path ca;

        @Option(names = "--insecure-skip-tls-verify", description = "Trust any server.")
        private boolean insecure;

        @Mixin
        private final Options options = new Options();

        Server() {}

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (url == null && !options.isList()) {
                throw options.missing("no URL of a server");
            }
            URI where = url == null ? URI.create("http://127.0.0.1") : url;
            ServerUnderTest server = options.usage(() -> ServerUnderTest.at(where));
            server = token == null ? server : server.token(token);
            server = ca == null ? server : server.caFile(ca);
            ServerUnderTest under = insecure ? server.insecure() : server;
            return options.play(
                    ServerConformance.cases(), (cases, expected) -> ServerConformance.start(cases, under, expected));
        }
    }

    /** {@code conformance client}. */
    @Command(
            name = "client",
            mixinStandardHelpOptions = true,
            customSynopsis = "wsstream conformance client [OPTIONS] -- COMMAND [ARGUMENT...]",
            description = {
                "Plays the cases for clients: COMMAND runs the client, once for each connection. In its words",
                "{url} is replaced by the server, {kubeconfig} by a file, {token}, {pod}, {command} by what to ask",
                "for, {stdin:-i} and {tty:-t} by -i and -t where a case wants that, {protocol} by what to offer."
            })
    static final class Client implements Callable<Integer> {
        @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "After --: the client.")
        private List<String> words = List.of();

        @Mixin
        private final Options options = new Options();

        Client() {}

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (words.isEmpty() && !options.isList()) {
                throw options.missing("no command of a client; expected -- COMMAND");
            }
            List<String> command = words.isEmpty() ? List.of("{url}") : words;
            CommandClient client = options.usage(() -> new CommandClient(command));
            return options.play(
                    ClientConformance.cases(), (cases, expected) -> ClientConformance.start(cases, client, expected));
        }
    }
}
