package io.wsstream.pty;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a process is ended: signals with waits between them, and KILL at the end.
 *
 * <p>Each step signals the process group, then every other process of the session: the jobs of a shell have groups of
 * their own. A step is cut short when none of them lives any more. After the last wait all that still live get KILL. A
 * process that left the session with {@code setsid} is not found and survives, unless there is a {@link
 * PtySpec.Builder#cgroup}: then it is killed at the end of the policy.
 *
 * <p>Immutable. Whether stdin is ended first, and how long to wait for that, is the caller's affair.
 */
public final class KillPolicy {
    private static final KillPolicy HANGUP = new KillPolicy(List.of(
            new Step(Duration.ofSeconds(2), PtySignal.HUP, PtySignal.CONT),
            new Step(Duration.ofSeconds(2), PtySignal.TERM, PtySignal.CONT)));
    private static final KillPolicy POLITE = new KillPolicy(
            List.of(new Step(Duration.ofMillis(250), PtySignal.INT), new Step(Duration.ofMillis(500), PtySignal.TERM)));
    private static final KillPolicy KILL = new KillPolicy(List.of());

    private final List<Step> steps;

    private KillPolicy(List<Step> steps) {
        this.steps = List.copyOf(steps);
    }

    /** {@return HUP and CONT, 2 s, TERM and CONT, 2 s, KILL: what a shell expects of a lost terminal; stopped jobs need the CONT} */
    public static KillPolicy hangup() {
        return HANGUP;
    }

    /** {@return INT, 250 ms, TERM, 500 ms, KILL} */
    public static KillPolicy polite() {
        return POLITE;
    }

    /** {@return KILL at once} */
    public static KillPolicy kill() {
        return KILL;
    }

    /**
     * {@return this policy with one more step before the KILL}
     *
     * @param wait how long the step may take; not negative
     * @param signals to send in this order; at least one
     */
    public KillPolicy then(Duration wait, PtySignal... signals) {
        List<Step> more = new ArrayList<>(steps);
        more.add(new Step(wait, signals));
        return new KillPolicy(more);
    }

    /** {@return the longest time until the KILL} */
    public Duration totalWait() {
        return steps.stream().map(Step::waiting).reduce(Duration.ZERO, Duration::plus);
    }

    /** {@return for people: {@code HUP CONT, 2000 ms, TERM CONT, 2000 ms, KILL}} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            step.signals().forEach(s -> text.append(s).append(' '));
            text.setLength(text.length() - 1);
            text.append(", ").append(step.waiting().toMillis()).append(" ms, ");
        }
        return text.append("KILL").toString();
    }

    List<Step> steps() {
        return steps;
    }

    record Step(List<PtySignal> signals, Duration waiting) {
        Step {
            signals = List.copyOf(signals);
            if (signals.isEmpty() || waiting.isNegative()) {
                throw new IllegalArgumentException(
                        "step of " + signals + " and " + waiting + "; expected a signal and no negative wait");
            }
        }

        Step(Duration waiting, PtySignal... signals) {
            this(List.of(signals), waiting);
        }
    }
}
