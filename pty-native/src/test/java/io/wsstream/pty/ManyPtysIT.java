package io.wsstream.pty;

import static io.wsstream.pty.Machine.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As many as a server may have, on one thread; and ten thousand one after the other. */
@Tag("stress")
@Timeout(600)
class ManyPtysIT extends WithRuntime {
    private static final int LIVE = 1000;
    private static final int FLOODS = 10;

    @Override
    PtyRuntime newRuntime() {
        return PtyRuntime.start(2);
    }

    @Test
    void aThousandEchoOnTwoThreadsAndAFloodHurtsNobody() throws Exception {
        List<Echo> echoes = spawn(LIVE, "stty raw -echo; printf r; exec cat");
        await().atMost(Duration.ofMinutes(2)).until(() -> echoes.stream().allMatch(echo -> echo.received.get() == 1));
        assertThat(Machine.threads()).containsExactly("wsstream-pty-0", "wsstream-pty-1", "wsstream-pty-kill");

        long[] idle = echoAll(echoes);
        List<Echo> busy = spawn(FLOODS, "while :; do :; done");
        long[] besideBusy = echoAll(echoes);
        end(busy);
        List<Echo> floods = spawn(FLOODS, "exec yes");
        await().until(() -> floods.stream().allMatch(flood -> flood.received.get() > 1 << 20));
        long writtenBefore =
                floods.stream().mapToLong(flood -> flood.received.get()).sum();
        long begin = System.nanoTime();
        long[] besideFloods = echoAll(echoes);
        long written = floods.stream().mapToLong(flood -> flood.received.get()).sum() - writtenBefore;
        long rate = written * 1000 / Math.max(1, System.nanoTime() - begin);
        end(floods);

        System.out.println("1000 live: echo p50 and p99 in us: " + text(idle) + "; beside " + FLOODS
                + " that only compute " + text(besideBusy) + "; beside " + FLOODS + " that only write "
                + text(besideFloods) + ", " + rate + " MB/s in all");
        end(echoes);
    }

    private List<Echo> spawn(int count, String script) throws Exception {
        List<Echo> spawned = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Echo echo = new Echo();
            PtyProcess unused = runtime.spawn(sh(script).terminal(80, 24).build(), echo);
            spawned.add(echo);
        }
        return spawned;
    }

    private static void end(List<Echo> echoes) throws Exception {
        for (Echo echo : echoes) {
            echo.process().terminate(KillPolicy.kill());
        }
        for (Echo echo : echoes) {
            assertThat(echo.exit().signal()).isEqualTo(9);
        }
    }

    private static String text(long[] sorted) {
        return p(sorted, 50) + "/" + p(sorted, 99);
    }

    /** One byte to each, one after the other, and back: how long it took, in nanoseconds, sorted. */
    private static long[] echoAll(List<Echo> echoes) throws Exception {
        long[] nanos = new long[echoes.size()];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = echoes.get(i).echo();
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static long p(long[] sorted, int percent) {
        return sorted[(int) ((long) sorted.length * percent / 100)] / 1000;
    }

    /** Counts, and drops. */
    private static final class Echo extends Recorder {
        final AtomicLong received = new AtomicLong();

        @Override
        public void onOutput(PtyOutput output) {
            synchronized (received) {
                received.addAndGet(output.bytes().remaining());
                received.notifyAll();
            }
            output.release();
        }

        long echo() throws Exception {
            PtyProcess to = process();
            long begin = System.nanoTime();
            synchronized (received) {
                long wanted = received.get() + 1;
                assertThat(to.write(ByteBuffer.wrap(new byte[] {'x'}))).isEqualTo(1);
                while (received.get() < wanted) {
                    assertThat(System.nanoTime() - begin)
                            .isLessThan(Duration.ofSeconds(30).toNanos());
                    received.wait(1000);
                }
            }
            return System.nanoTime() - begin;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tenThousandShortRunsLoseNoByteAndNoCode(boolean terminal) {
        List<String> wrong = IntStream.range(0, 4)
                .parallel()
                .mapToObj(quarter -> runs(terminal, quarter * 2500, 2500))
                .flatMap(List::stream)
                .toList();

        assertThat(wrong).isEmpty();
        assertThat(runtime.liveProcesses()).isZero();
    }

    private List<String> runs(boolean terminal, int first, int count) {
        List<String> wrong = new ArrayList<>();
        for (int number = first; number < first + count; number++) {
            try {
                String complaint = ExitTest.shortRun(runtime, terminal, number);
                if (!complaint.isEmpty()) {
                    wrong.add(complaint);
                }
            } catch (Exception failed) {
                wrong.add(failed.toString());
            }
        }
        return wrong;
    }
}
