package io.wsstream.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param suite its name
 * @param quick fewer rounds, fewer bytes, fewer processes, no TLS: a first look in under two minutes
 * @param rounds how many are measured
 * @param only rows to run, by a part of their id; empty for all
 * @param json where to write every figure, or null
 * @param jvm options for the JVMs under test
 */
record Options(
        String suite,
        boolean quick,
        int rounds,
        String only,
        @Nullable Path json,
        List<String> jvm) {
    static final String USAGE = """
            usage: benchmarks/run [SUITE] [--quick] [--rounds N] [--only PART-OF-ID] [--json FILE] [--jvm "OPTIONS"]
                   benchmarks/run jmh [REGEX] [JMH options]
            suites: exec (the default), pty, kubernetes, clients, sessions, cli
            """;

    static Options parse(String[] args) {
        String suite = "exec";
        boolean quick = false;
        int rounds = 0;
        String only = "";
        Path json = null;
        List<String> jvm = new ArrayList<>();
        Iterator<String> rest = List.of(args).iterator();
        while (rest.hasNext()) {
            String arg = rest.next();
            switch (arg) {
                case "--quick" -> quick = true;
                case "--rounds" -> rounds = positive(value(arg, rest));
                case "--only" -> only = value(arg, rest);
                case "--json" -> json = Path.of(value(arg, rest)).toAbsolutePath();
                case "--jvm" -> jvm.addAll(Arrays.asList(value(arg, rest).trim().split("\\s+", -1)));
                default -> {
                    if (arg.startsWith("-")) {
                        throw new IllegalArgumentException("no option " + arg);
                    }
                    suite = arg;
                }
            }
        }
        return new Options(suite, quick, rounds > 0 ? rounds : quick ? 5 : 9, only, json, List.copyOf(jvm));
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }

    private static int positive(String text) {
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException malformed) {
            value = 0;
        }
        if (value < 1) {
            throw new IllegalArgumentException("--rounds " + text + "; expected a number from 1");
        }
        return value;
    }
}
