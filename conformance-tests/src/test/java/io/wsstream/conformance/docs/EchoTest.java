package io.wsstream.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.conformance.docs.examples.Echo;
import io.wsstream.core.ExecResult;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.SessionInfo;
import io.wsstream.server.SessionListener;
import io.wsstream.server.SessionOutcome;
import io.wsstream.server.WsStreamServer;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** docs/howto/custom-target.md: a target without a thread. */
class EchoTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Test
    void aClientThatReadsLateIsWaitedForAndGetsEveryByte() throws Exception {
        byte[] input = new byte[32 << 20];
        new Random(3).nextBytes(input);
        AtomicLong taken = new AtomicLong();
        try (WsStreamServer server = serving(new SessionListener() {});
                WsStreamClient client = client(server);
                ExecSession session = client.pod("echo")
                        .command("echo")
                        .stdin(counting(input, taken))
                        .timeout(BOUND)
                        .start()) {
            AtomicLong before = new AtomicLong(-1);
            await().atMost(BOUND)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> taken.get() == before.getAndSet(taken.get()));
            assertThat(taken.get()).isBetween(1L, input.length - 1L);

            byte[] output = session.stdout().readAllBytes();

            assertThat(output).isEqualTo(input);
            assertThat(session.await(BOUND)).isEqualTo(new ExecResult.Success());
        }
    }

    private static InputStream counting(byte[] bytes, AtomicLong taken) {
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                int count = super.read(to, offset, length);
                taken.addAndGet(Math.max(0, count));
                return count;
            }
        };
    }

    @Test
    void aClientThatGoesEndsItsSession() throws Exception {
        BlockingQueue<SessionOutcome> ended = new LinkedBlockingQueue<>();
        SessionListener ears = new SessionListener() {
            @Override
            public void ended(SessionInfo session, SessionOutcome outcome) {
                ended.add(outcome);
            }
        };
        try (WsStreamServer server = serving(ears)) {
            try (WsStreamClient client = client(server);
                    ExecSession session =
                            client.pod("echo").command("echo").withoutStdin().start()) {
                assertThat(session.result().toCompletableFuture()).isNotDone();
            }

            assertThat(ended.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    private static WsStreamServer serving(SessionListener listener) throws IOException {
        return WsStreamServer.builder()
                .plainHttp()
                .token("t0k")
                .pods(PodCatalog.of(Pod.of("echo", "main")))
                .exec(new Echo())
                .listener(listener)
                .start();
    }

    private static WsStreamClient client(WsStreamServer server) {
        return WsStreamClient.of(ClusterAccess.url(server.uri()).token("t0k"));
    }
}
