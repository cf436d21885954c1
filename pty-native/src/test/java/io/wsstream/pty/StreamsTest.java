package io.wsstream.pty;

import static io.wsstream.pty.Machine.onPipes;
import static io.wsstream.pty.Machine.onTerminal;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StreamsTest extends WithRuntime {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Test
    void bothOutputsAndTheExitArrive() throws Exception {
        try (PtyStreams streams = PtyStreams.spawn(runtime, onPipes("echo out; echo err >&2; exit 3"))) {
            assertThat(text(streams.stdout())).isEqualTo("out\n");
            assertThat(text(streams.stderr())).isEqualTo("err\n");
            assertThat(streams.await(BOUND)).isEqualTo(new PtyExit(3, 0));
            assertThat(streams.stdout().read()).isEqualTo(-1);
        }
    }

    @Test
    void aTerminalHasNoStderr() throws Exception {
        try (PtyStreams streams = PtyStreams.spawn(runtime, onTerminal("tty >/dev/null && echo yes >&2"))) {
            assertThat(text(streams.stderr())).isEmpty();
            assertThat(text(streams.stdout())).isEqualTo("yes\r\n");
        }
    }

    @Test
    void sixteenMebibytesGoThroughCatAndBack() throws Exception {
        byte[] all = new byte[16 << 20];
        new Random(3).nextBytes(all);
        try (PtyStreams streams = PtyStreams.spawn(runtime, onPipes("exec cat"))) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try (OutputStream stdin = streams.stdin()) {
                    stdin.write(all);
                } catch (IOException failed) {
                    throw new AssertionError(failed);
                }
            });

            assertThat(streams.stdout().readAllBytes()).isEqualTo(all);
            writing.get(15, TimeUnit.SECONDS);
            assertThat(streams.await(BOUND)).isEqualTo(new PtyExit(0, 0));
        }
    }

    @Test
    void anOutputThatNobodyReadsHoldsUpItsProcessOnlyUntilItIsClosed() throws Exception {
        try (PtyStreams streams =
                PtyStreams.spawn(runtime, onPipes("yes no | head -c 5000000 >&2; echo done; exit 4"))) {
            InputStream unread = streams.stderr();
            await().until(() -> unread.available() >= 256 * 1024);
            await().during(Duration.ofMillis(200)).until(() -> streams.stdout().available() == 0);
            assertThat(unread.available()).isLessThan(512 * 1024);
            assertThatThrownBy(() -> streams.await(Duration.ofMillis(50))).isInstanceOf(TimeoutException.class);

            unread.close();

            assertThat(text(streams.stdout())).isEqualTo("done\n");
            assertThat(streams.await(BOUND)).isEqualTo(new PtyExit(4, 0));
            assertThatThrownBy(unread::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
        }
    }

    @Test
    void aWriterIsToldThatNobodyReadsAnyMore() throws Exception {
        try (PtyStreams streams = PtyStreams.spawn(runtime, onPipes("exec <&-; echo gone; exec sleep 1000"))) {
            assertThat(streams.stdout().readNBytes(5)).isEqualTo("gone\n".getBytes(UTF_8));

            assertThatThrownBy(() -> streams.stdin().write(new byte[1 << 20]))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("nobody reads the stdin");
        }
    }

    @Test
    void closingFreesWhoReadsAndWhoWrites() throws Exception {
        PtyStreams streams = PtyStreams.spawn(runtime, onPipes("exec sleep 1000"));
        AtomicReference<String> reader = new AtomicReference<>("");
        AtomicReference<String> writer = new AtomicReference<>("");
        Thread reading = inBackground(reader, () -> streams.stdout().read());
        Thread writing = inBackground(writer, () -> {
            streams.stdin().write(new byte[1 << 20]);
            return 0;
        });
        await().until(() -> reading.getState() == Thread.State.WAITING && writing.getState() == Thread.State.WAITING);

        streams.close();

        reading.join(15_000);
        writing.join(15_000);
        assertThat(reader.get()).isEqualTo("the stream is closed");
        assertThat(writer.get()).isNotEmpty();
        assertThat(streams.await(BOUND).signalled()).isTrue();
    }

    @Test
    void aProcessThatEndsFreesItsWriter() throws Exception {
        try (PtyStreams streams = PtyStreams.spawn(runtime, onPipes("sleep 0.2; exit 9"))) {
            assertThatThrownBy(() -> streams.stdin().write(new byte[1 << 20])).isInstanceOf(IOException.class);
            assertThat(streams.await(BOUND)).isEqualTo(new PtyExit(9, 0));
        }
    }

    private interface Action {
        int run() throws IOException;
    }

    private static Thread inBackground(AtomicReference<String> failure, Action action) {
        Thread thread = new Thread(() -> {
            try {
                int unused = action.run();
            } catch (IOException freed) {
                failure.set(String.valueOf(freed.getMessage()));
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }
}
