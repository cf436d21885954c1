package io.wsstream.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a run leaves behind: its connection, lines about what came before it, and the step that it had reached. */
public final class Evidence {
    private final List<String> lines = new ArrayList<>();
    private @Nullable Conversation conversation;
    private @Nullable String step;

    Evidence() {}

    /** Adds a line about something that is no frame. */
    public void note(String line) {
        lines.add(line);
    }

    /**
     * Plays the steps of a run.
     *
     * @throws CaseFailure at the first expectation that is not met
     */
    public void play(Case.Run run, Conversation with) throws CaseFailure, IOException, InterruptedException {
        conversation = with;
        List<Step> steps = run.steps();
        for (int i = 0; i < steps.size(); i++) {
            step = "step " + (i + 1);
            steps.get(i).play(with);
        }
        step = null;
    }

    @Nullable
    Conversation conversation() {
        return conversation;
    }

    /** {@return the step that a failure belongs to; null before and after all steps} */
    @Nullable
    String step() {
        return step;
    }

    List<String> lines() {
        List<String> all = new ArrayList<>(lines);
        if (conversation != null) {
            all.addAll(conversation.transcript());
        }
        return all;
    }
}
