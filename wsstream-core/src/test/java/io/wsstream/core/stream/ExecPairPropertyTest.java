package io.wsstream.core.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.Channel;
import io.wsstream.core.ExecResult;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.TerminalSize;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.status.Status;
import io.wsstream.core.testing.MemoryPipe;
import io.wsstream.core.testing.SlowSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server's session against a client's, over real frames, in pieces of any size and in any order of events. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExecPairPropertyTest {
    private static final int ROUNDS = 25;

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void everyByteArrivesInOrderAndTheResultIsTheServersStatus(Subprotocol subprotocol) {
        long seed = System.nanoTime();
        for (int round = 0; round < ROUNDS; round++) {
            new Session(subprotocol, new Random(seed + round), "seed " + (seed + round)).run();
        }
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void aConnectionThatIsCutAnywhereGivesEachSideOneEndAndNoFalseSuccess(Subprotocol subprotocol) {
        long seed = System.nanoTime();
        for (int round = 0; round < ROUNDS; round++) {
            new Session(subprotocol, new Random(seed + round), "seed " + (seed + round)).runAndCut();
        }
    }

    private static final class Session {
        private final Random random;
        private final String where;
        private final MemoryPipe pipe = new MemoryPipe();
        private final Subprotocol subprotocol;
        private final ServerExec server;
        private final ClientExec client;
        private final SlowSink stdin;
        private final SlowSink stdout;
        private final SlowSink stderr;
        private final ByteArrayOutputStream stdinSent = new ByteArrayOutputStream();
        private final ByteArrayOutputStream stdoutSent = new ByteArrayOutputStream();
        private final ByteArrayOutputStream stderrSent = new ByteArrayOutputStream();
        private final List<ExecResult> results = new ArrayList<>();
        private final List<String> serverSaid = new ArrayList<>();
        private final List<TerminalSize> sizes = new ArrayList<>();
        private final List<TerminalSize> sizesSent = new ArrayList<>();
        private final int exitCode;
        private final boolean tty;
        private boolean finished;

        Session(Subprotocol subprotocol, Random random, String where) {
            this.random = random;
            this.where = where + " " + subprotocol;
            this.subprotocol = subprotocol;
            this.tty = random.nextBoolean();
            this.exitCode = random.nextInt(3) == 0 ? 0 : random.nextInt(256);
            this.server = new ServerExec(
                    pipe.server(),
                    subprotocol,
                    new ServerExec.Streams(true, random.nextInt(4) > 0, random.nextBoolean(), tty));
            this.client = new ClientExec(pipe.client(), subprotocol, 1 + random.nextInt(5000));
            this.stdin = sink();
            this.stdout = sink();
            this.stderr = sink();
            client.stdout().deliverTo(stdout);
            client.stderr().deliverTo(stderr);
            Objects.requireNonNull(server.stdin()).deliverTo(stdin);
            server.start(new ServerSaid());
            client.start(results::add);
        }

        private SlowSink sink() {
            int most = 2 + random.nextInt(20_000); // A sink that never takes a byte never ends.
            return new SlowSink(() -> random.nextInt(most));
        }

        void run() {
            for (int i = random.nextInt(150); i > 0; i--) {
                step();
            }
            if (subprotocol.hasClose()) {
                client.closeStdin();
            }
            settle();
            assertThat(stdin.ends()).as(where).isEqualTo(subprotocol.hasClose() ? 1 : 0);
            assertThat(stdin.taken()).as(where).isEqualTo(stdinSent.toByteArray());
            server.finish(Status.exited(exitCode));
            settle();

            assertThat(stdout.taken()).as(where).isEqualTo(stdoutSent.toByteArray());
            assertThat(stderr.taken()).as(where).isEqualTo(stderrSent.toByteArray());
            assertThat(stdout.ends()).as(where).isEqualTo(1);
            assertThat(stderr.ends()).as(where).isEqualTo(1);
            assertThat(sizes).as(where).isEqualTo(tty ? sizesSent : List.of());
            assertThat(results).as(where).hasSize(1);
            checkResult(results.get(0));
            assertThat(serverSaid).as(where).containsExactly("end");
            assertThat(pipe.server().queuedBytes() + pipe.client().queuedBytes())
                    .as(where)
                    .isZero();
        }

        void runAndCut() {
            int cut = random.nextInt(120);
            for (int i = 0; i < cut; i++) {
                step();
                if (!finished && random.nextInt(60) == 0) {
                    finished = true;
                    server.finish(Status.exited(exitCode));
                }
            }
            if (random.nextBoolean()) {
                pipe.server().abort();
            } else {
                pipe.client().abort();
            }
            settle();

            assertThat(results).as(where).hasSize(1);
            assertThat(serverSaid.stream().filter(phrase -> phrase.startsWith("end")))
                    .as(where)
                    .hasSize(1);
            assertThat(serverSaid.stream().filter(phrase -> phrase.equals("gone")))
                    .as(where)
                    .hasSize(finished ? 0 : 1);
            if (!finished) {
                assertThat(results.get(0)).as(where).isInstanceOf(ExecResult.NoStatus.class);
                assertThat(stdin.ends()).as(where).isEqualTo(1);
            } else if (!(results.get(0) instanceof ExecResult.NoStatus)) {
                checkResult(results.get(0));
                assertThat(stdout.taken()).as(where).isEqualTo(stdoutSent.toByteArray());
            }
            assertThat(stdout.ends()).as(where).isEqualTo(1);
            checkBeginning(stdoutSent, stdout);
            checkBeginning(stdinSent, stdin);
        }

        private void checkBeginning(ByteArrayOutputStream sent, SlowSink sink) {
            byte[] beginning = java.util.Arrays.copyOf(sent.toByteArray(), sink.count());
            assertThat(sink.taken()).as(where).isEqualTo(beginning);
        }

        private void checkResult(ExecResult result) {
            if (exitCode == 0) {
                assertThat(result.isSuccess()).as(where).isTrue();
            } else if (subprotocol.hasJsonStatus()) {
                assertThat(result.exitCode()).as(where).hasValue(exitCode);
            } else {
                assertThat(result).as(where).isInstanceOf(ExecResult.Failure.class);
            }
        }

        private void step() {
            switch (random.nextInt(8)) {
                case 0 -> client.sendStdin(some(stdinSent, true), headroom());
                case 1 ->
                    server.sendOutput(
                            Channel.STDOUT, some(stdoutSent, server.streams().stdout()), headroom(), null);
                case 2 ->
                    server.sendOutput(
                            Channel.STDERR, some(stderrSent, server.streams().stderr() && !tty), headroom(), null);
                case 3 -> {
                    TerminalSize size = new TerminalSize(1 + random.nextInt(300), 1 + random.nextInt(100));
                    sizesSent.add(size);
                    client.resize(size, Channel.RESIZE);
                }
                case 4 -> {
                    client.stdout().drain();
                    client.stderr().drain();
                    Objects.requireNonNull(server.stdin()).drain();
                }
                default -> pipe.step(random);
            }
        }

        /** A sent buffer has room before it, but the length of that is a lie on purpose: less than there is. */
        private int headroom() {
            return random.nextInt(31);
        }

        private ByteBuffer some(ByteArrayOutputStream sent, boolean counts) {
            byte[] bytes = new byte[30 + random.nextInt(random.nextInt(10) == 0 ? 150_000 : 2000)];
            random.nextBytes(bytes);
            if (counts && !(finished && sent != stdinSent)) {
                sent.write(bytes, 30, bytes.length - 30);
            }
            return ByteBuffer.wrap(bytes).position(30);
        }

        /** Lets everything move and everybody take until nothing changes any more. */
        private void settle() {
            int before = -1;
            int quiet = 0;
            while (quiet < 50) {
                pipe.run(random);
                client.stdout().drain();
                client.stderr().drain();
                Objects.requireNonNull(server.stdin()).drain();
                int now = stdin.count() + stdout.count() + stderr.count() + stdin.ends() + stdout.ends();
                quiet = now == before ? quiet + 1 : 0;
                before = now;
            }
        }

        private final class ServerSaid implements ServerExec.Listener {
            @Override
            public void onResize(TerminalSize size) {
                sizes.add(size);
            }

            @Override
            public void onPeerGone(String why) {
                serverSaid.add("gone");
            }

            @Override
            public void onEnd(@Nullable WsStreamException failure) {
                serverSaid.add("end" + (failure == null ? "" : " " + failure.getMessage()));
            }
        }
    }
}
