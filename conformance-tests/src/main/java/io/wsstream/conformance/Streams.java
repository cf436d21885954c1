package io.wsstream.conformance;

import java.util.List;
import java.util.Set;

/**
 * Which streams a session asks for.
 *
 * @param stdin input
 * @param stdout output
 * @param stderr error output
 * @param tty a terminal
 */
public record Streams(boolean stdin, boolean stdout, boolean stderr, boolean tty) {
    private static final Set<String> NAMES = Set.of("stdin", "stdout", "stderr", "tty");

    /** {@return the streams that a case names; the word "none" stands for no stream} */
    public static Streams of(Node node) {
        List<String> names = node.words().equals(List.of("none")) ? List.of() : node.words();
        for (String name : names) {
            if (!NAMES.contains(name)) {
                throw node.wrong("no stream " + name + "; there are " + NAMES + " and none");
            }
        }
        return new Streams(
                names.contains("stdin"), names.contains("stdout"), names.contains("stderr"), names.contains("tty"));
    }

    /** {@return the channel on which the server says that it is ready} */
    int openingChannel() {
        return stdout ? Dialect.STDOUT : stderr && !tty ? Dialect.STDERR : Dialect.ERROR;
    }

    /** {@return the four parameters of a request} */
    public String query() {
        return "stdin=" + stdin + "&stdout=" + stdout + "&stderr=" + stderr + "&tty=" + tty;
    }
}
