package io.wsstream.conformance.harness;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecRequest;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.exec.WithoutHalfClose;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.conformance.Deviations;
import io.wsstream.conformance.client.ClientCall;
import io.wsstream.conformance.client.ClientConformance;
import io.wsstream.conformance.client.ClientResult;
import io.wsstream.conformance.client.ClientUnderTest;
import io.wsstream.core.ExecResult;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Every case for clients, on our library. */
class OurClientIT {
    @TestFactory
    Stream<DynamicNode> keepsTheRules() throws Exception {
        return ClientConformance.tests(new Ours(), Deviations.read(Lists.of("our-client")));
    }

    /** A few lines over the library, as a program would have them. */
    private static final class Ours implements ClientUnderTest {
        @Override
        public Set<String> abilities() {
            return Set.of(STDIN, TTY, COMMAND, OFFER, TOKEN);
        }

        @Override
        public ClientResult run(ClientCall call) throws IOException, InterruptedException {
            ClientSettings settings = ClientSettings.defaults();
            if (call.offer().isPresent()) {
                settings = settings.withOffer(
                        Objects.requireNonNull(Subprotocol.of(call.offer().get())));
            }
            ClusterAccess access = ClusterAccess.kubeconfig(call.kubeconfig());
            ByteArrayOutputStream stdout = new ByteArrayOutputStream();
            ByteArrayOutputStream stderr = new ByteArrayOutputStream();
            int code = 1;
            try (WsStreamClient client = WsStreamClient.of(access, settings);
                    ExecSession session = request(client, call).start()) {
                CompletableFuture<Void> out = copy(session.stdout(), stdout);
                CompletableFuture<Void> err = copy(session.stderr(), stderr);
                ExecResult result = session.await(call.bound());
                CompletableFuture.allOf(out, err).join();
                code = result.exitCode().orElse(1);
                if (!(result instanceof ExecResult.Success)) {
                    stderr.writeBytes(result.describe().getBytes(StandardCharsets.UTF_8));
                }
                boolean unused = session.awaitDisconnect(Duration.ofSeconds(10));
            } catch (IOException failed) {
                stderr.writeBytes(String.valueOf(failed.getMessage()).getBytes(StandardCharsets.UTF_8));
            }
            return new ClientResult(code, stdout.toByteArray(), stderr.toByteArray());
        }

        private static ExecRequest request(WsStreamClient client, ClientCall call) {
            ExecRequest request = client.pod(call.pod()).command(call.command());
            if (call.tty()) {
                request.tty(new TerminalSize(80, 24)).withoutHalfClose(WithoutHalfClose.LEAVE_OPEN);
            }
            if (call.stdin().isEmpty()) {
                return request.withoutStdin();
            }
            return call.stdinStaysOpen()
                    ? request.stdin(new Endless(call.stdin().get())).withoutHalfClose(WithoutHalfClose.LEAVE_OPEN)
                    : request.stdin(call.stdin().get());
        }

        private static CompletableFuture<Void> copy(InputStream from, ByteArrayOutputStream to) {
            return CompletableFuture.runAsync(
                    () -> {
                        try {
                            from.transferTo(to);
                        } catch (IOException lost) {
                            throw new UncheckedIOException(lost);
                        }
                    },
                    task -> new Thread(task, "our-client-output").start());
        }
    }

    /** Some bytes, and then nothing until it is closed. */
    private static final class Endless extends InputStream {
        private final ByteArrayInputStream bytes;
        private final CountDownLatch closed = new CountDownLatch(1);

        Endless(byte[] bytes) {
            this.bytes = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int count = bytes.read(to, offset, length);
            if (count > 0) {
                return count;
            }
            try {
                boolean unused = closed.await(3, TimeUnit.MINUTES);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return -1;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
