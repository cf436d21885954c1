package io.wsstream.pty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A runtime per test; afterwards descriptors, threads, children and buffers are as they were before. */
@Timeout(60)
abstract class WithRuntime {
    static {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    PtyRuntime runtime;
    private List<String> descriptorsBefore;
    private List<String> childrenBefore;

    PtyRuntime newRuntime() {
        return PtyRuntime.start(1);
    }

    @BeforeEach
    void start() throws Exception {
        warmUp();
        descriptorsBefore = Machine.descriptors();
        childrenBefore = Machine.children();
        runtime = newRuntime();
    }

    @AfterEach
    void closeAndCount() {
        runtime.close();

        assertThat(runtime.liveProcesses()).isZero();
        assertThat(runtime.outstandingBuffers())
                .as("buffers not given back, or given back twice")
                .isZero();
        assertThat(Machine.threads()).isEmpty();
        await().untilAsserted(() -> assertThat(Machine.descriptors()).isEqualTo(descriptorsBefore));
        assertThat(childrenNow()).isEqualTo(childrenBefore);
    }

    Recorder run(PtySpec spec) throws Exception {
        return Machine.run(runtime, spec);
    }

    static void waitFor(Recorder recorder, String text) {
        await().pollInterval(Duration.ofMillis(2))
                .untilAsserted(() -> assertThat(recorder.out()).contains(text));
    }

    static void type(PtyProcess process, String text) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        assertThat(process.write(bytes)).isEqualTo(bytes.limit());
    }

    private static List<String> childrenNow() {
        try {
            return Machine.children();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What the JVM opens once and keeps is opened before counting. */
    private static void warmUp() throws Exception {
        try (PtyRuntime first = PtyRuntime.start(1)) {
            PtyExit unused =
                    Machine.run(first, PtySpec.command("/bin/true").build()).exit();
        }
    }
}
