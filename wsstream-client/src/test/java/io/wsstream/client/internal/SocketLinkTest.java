package io.wsstream.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.core.transport.ByteLink;
import io.wsstream.core.websocket.Role;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who writes to the socket, and how much at a time. */
class SocketLinkTest {
    private static final int MANY = 10_000;
    private static final int LARGE_BYTES = 8 * 1024;

    private final RecordingSocket socket = new RecordingSocket();
    private final AtomicInteger sent = new AtomicInteger();
    private SocketLink link;

    @BeforeEach
    void start() throws IOException {
        link = new SocketLink("test", socket, socket, ByteBuffer.allocate(0));
        link.start(new WebSocketTransport(Role.CLIENT, link, WebSocketSettings.client()), () -> {});
    }

    @AfterEach
    void stop() {
        socket.writerMayWrite.countDown();
        link.abort();
    }

    @Test
    void smallFramesThatFollowEachOtherAreWrittenTogetherAndInOrder() {
        int written = 0;
        while (sent.get() == written && written < MANY) {
            write(written++, 1);
        }
        for (int more = 0; more < 10; more++) {
            write(written++, 1);
        }
        int inOrder = written;
        assertThat(sent.get()).isLessThan(written);

        socket.writerMayWrite.countDown();

        await().atMost(Duration.ofSeconds(10)).until(() -> sent.get() == inOrder);
        assertThat(socket.writes).hasSizeLessThan(written - 5);
        for (int i = 0, at = 0; i < socket.writes.size(); i++) {
            for (byte value : socket.writes.get(i)) {
                assertThat(value).isEqualTo((byte) at++);
            }
        }
    }

    @Test
    void aSmallFrameAfterAPauseIsWrittenByItsCaller() {
        for (int i = 0; i < 100; i++) {
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < Duration.ofMillis(1).toNanos()) {
                Thread.onSpinWait();
            }

            write(i, 1);

            assertThat(sent).hasValue(i + 1);
        }
    }

    @Test
    void largeFramesThatFollowEachOtherAreWrittenByTheirCaller() {
        for (int i = 0; i < 1000; i++) {
            write(i, LARGE_BYTES);

            assertThat(sent).hasValue(i + 1);
        }
    }

    private void write(int number, int bytes) {
        ByteBuffer frame = ByteBuffer.allocate(bytes).put(0, (byte) number);
        link.write(new ByteLink.Outbound() {
            @Override
            public ByteBuffer bytes() {
                return frame;
            }

            @Override
            public void onSent(@Nullable Throwable failure) {
                assertThat(failure).isNull();
                sent.incrementAndGet();
            }
        });
    }

    /** Takes what is written; the link's writer waits until it may. */
    private static final class RecordingSocket extends Socket {
        final List<byte[]> writes = new CopyOnWriteArrayList<>();
        final CountDownLatch writerMayWrite = new CountDownLatch(1);

        @Override
        public InputStream getInputStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public OutputStream getOutputStream() {
            return new OutputStream() {
                @Override
                public void write(int value) {
                    write(new byte[] {(byte) value}, 0, 1);
                }

                @Override
                public void write(byte[] from, int offset, int length) {
                    if (Thread.currentThread() instanceof LinkThread) {
                        awaitOnce(writerMayWrite);
                    }
                    byte[] bytes = new byte[length];
                    System.arraycopy(from, offset, bytes, 0, length);
                    writes.add(bytes);
                }
            };
        }

        private static void awaitOnce(CountDownLatch latch) {
            try {
                assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {}
    }
}
