package io.wsstream.pty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A JVM that is the first process of its PID namespace. */
@Timeout(60)
class InitTest {
    /** Leaves orphans to itself, and says what became of them and of a child of the JDK's. */
    static final class First {
        private First() {}

        public static void main(String[] arguments) throws Exception {
            boolean init = Boolean.parseBoolean(arguments[0]);
            try (PtyRuntime runtime = init ? PtyRuntime.startAsInit(1) : PtyRuntime.start(1)) {
                Process other = new ProcessBuilder("sh", "-c", "sleep 1; exit 7").start();
                Recorder recorder = Machine.run(runtime, Machine.onPipes("(sleep 0.3 >/dev/null 2>&1 &) ; exit 3"));
                int code = recorder.exit().code();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> Machine.children().stream().noneMatch(child -> child.startsWith("S sleep")));
                boolean reaped = true;
                try {
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(init ? 10 : 3))
                            .until(() -> Machine.children().stream().noneMatch(child -> child.startsWith("Z sleep")));
                } catch (org.awaitility.core.ConditionTimeoutException stays) {
                    reaped = false;
                }
                System.out.println(ProcessHandle.current().pid() + " " + code + " " + other.waitFor() + " " + reaped);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 1 3 7 true", "false, 1 3 7 false"})
    void orphansAreReapedOnRequestAndTheJdksChildrenAreNot(boolean init, String expected) throws Exception {
        assumeTrue(isNamespaceAllowed(), "unshare may not make a PID namespace here");
        Process first = Machine.jvm(List.of("unshare", "-pf", "--mount-proc"), First.class, Boolean.toString(init))
                .start();
        try (var out = first.inputReader()) {
            List<String> lines = out.lines().toList();

            assertThat(first.waitFor(50, TimeUnit.SECONDS)).isTrue();
            assertThat(lines).containsExactly(expected);
        } finally {
            first.destroyForcibly();
        }
    }

    private static boolean isNamespaceAllowed() throws Exception {
        return new ProcessBuilder("unshare", "-pf", "--mount-proc", "true")
                        .start()
                        .waitFor()
                == 0;
    }
}
