package io.wsstream.conformance;

import java.util.List;
import java.util.stream.Collectors;

/** The commands that cases ask a server to run, all in {@code /cases/commands.yaml}: ordinary programs of any Unix. */
public final class CommandTable {
    private static final Node TABLE = CaseLoader.commands();

    private CommandTable() {}

    /**
     * Looks up a command.
     *
     * @param run its name, and after it what stands for {@code {1}}, {@code {2}} in the table
     * @return program and arguments
     * @throws CaseFormatException if there is no such command
     */
    public static List<String> argv(Node run) {
        List<String> words = run.words();
        Node found = TABLE.get(words.get(0));
        if (found == null) {
            throw run.wrong("no command \"" + words.get(0) + "\" in commands.yaml");
        }
        return found.list().stream()
                .map(part -> {
                    String text = part.text();
                    for (int i = 1; i < words.size(); i++) {
                        text = text.replace("{" + i + "}", words.get(i));
                    }
                    return text;
                })
                .collect(Collectors.toList());
    }
}
