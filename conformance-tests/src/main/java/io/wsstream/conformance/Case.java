package io.wsstream.conformance;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One rule, and how to see whether a peer keeps it. Immutable. */
public final class Case {
    private final Side side;
    private final String suite;
    private final String id;
    private final String title;
    private final List<String> sources;
    private final Level level;
    private final Set<String> needs;
    private final @Nullable Watch watch;
    private final List<Run> runs;

    Case(
            Side side,
            String suite,
            String id,
            String title,
            List<String> sources,
            Level level,
            Set<String> needs,
            @Nullable Watch watch,
            List<Run> runs) {
        this.side = side;
        this.suite = suite;
        this.id = id;
        this.title = title;
        this.sources = List.copyOf(sources);
        this.level = level;
        this.needs = Set.copyOf(needs);
        this.watch = watch;
        this.runs = List.copyOf(runs);
    }

    /** {@return which side it judges} */
    public Side side() {
        return side;
    }

    /** {@return the section it belongs to, such as {@code 7-close}} */
    public String suite() {
        return suite;
    }

    /** {@return its name, which stays, such as {@code 7-close-unknown-channel}} */
    public String id() {
        return id;
    }

    /** {@return the rule in one sentence} */
    public String title() {
        return title;
    }

    /** {@return where the rule stands: numbers of docs/PROTOCOL.md, RFCs, Kubernetes files} */
    public List<String> sources() {
        return sources;
    }

    /** {@return how much it binds} */
    public Level level() {
        return level;
    }

    /** {@return what a peer must be able to do for the case to apply} */
    public Set<String> needs() {
        return needs;
    }

    @Nullable
    Watch watch() {
        return watch;
    }

    /** {@return what is played: once for each subprotocol and each row of parameters} */
    public List<Run> runs() {
        return runs;
    }

    /** {@return how long it takes at most with a peer that does nothing, but for the bounds around its steps} */
    Duration patience() {
        return runs.stream()
                .flatMap(run -> run.steps().stream())
                .map(Step::patience)
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public String toString() {
        return id;
    }

    /** One connection of a case. */
    public static final class Run {
        private final String label;
        private final @Nullable Dialect dialect;
        private final Node body;
        private final List<Step> steps;

        Run(String label, @Nullable Dialect dialect, Node body) {
            this.label = label;
            this.dialect = dialect;
            this.body = body;
            Node stepList = body.get("steps");
            this.steps = stepList == null ? List.of() : Step.all(stepList);
        }

        /** {@return subprotocol and parameters, for reports} */
        public String label() {
            return label;
        }

        /** {@return the subprotocol; null where any will do} */
        public @Nullable Dialect dialect() {
            return dialect;
        }

        /** {@return what the case says beside its steps} */
        public Node body() {
            return body;
        }

        /** {@return what the scripted peer does after the handshake} */
        public List<Step> steps() {
            return steps;
        }
    }
}
