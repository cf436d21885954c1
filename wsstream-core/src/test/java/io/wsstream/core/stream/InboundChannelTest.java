package io.wsstream.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.testing.Bytes;
import io.wsstream.core.testing.FakeTransport;
import io.wsstream.core.testing.SlowSink;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InboundChannelTest {
    private final FakeTransport transport = new FakeTransport();
    private final ReadGate gate = new ReadGate(transport);
    private final AtomicInteger allowed = new AtomicInteger(Integer.MAX_VALUE);
    private final SlowSink sink = new SlowSink(allowed::get);
    private final InboundChannel channel = new InboundChannel(10, gate);

    @Test
    void whatCameBeforeTheSinkGoesToItFirst() {
        channel.onData(Bytes.hex("0102"));
        channel.deliverTo(sink);
        channel.onData(Bytes.hex("03"));

        assertThat(Bytes.toHex(sink.taken())).isEqualTo("010203");
    }

    @Test
    void aSecondSinkIsAMistakeOfTheCaller() {
        channel.deliverTo(sink);

        assertThatThrownBy(() -> channel.deliverTo(sink)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theGateIsShutExactlyWhenTheQueueIsFullAndOpenedWhenItIsLow() {
        allowed.set(0);
        channel.deliverTo(sink);

        channel.onData(ByteBuffer.wrap(new byte[9]));
        assertThat(transport.isPaused()).isFalse();
        channel.onData(ByteBuffer.wrap(new byte[1]));
        assertThat(transport.isPaused()).isTrue();

        allowed.set(4);
        channel.drain();
        assertThat(transport.isPaused()).isTrue();
        allowed.set(1);
        channel.drain();
        assertThat(transport.isPaused()).isFalse();
        assertThat(transport.pauses()).isEqualTo(1);
    }

    @Test
    void theGateOpensOnlyWhenAllChannelsAreLow() {
        InboundChannel other = new InboundChannel(10, gate);
        channel.onData(ByteBuffer.wrap(new byte[10]));
        other.onData(ByteBuffer.wrap(new byte[10]));

        channel.deliverTo(sink);
        assertThat(transport.isPaused()).isTrue();

        other.discard();
        assertThat(transport.isPaused()).isFalse();
    }

    @Test
    void whatOneReadBroughtBeyondTheBoundIsKept() {
        channel.onData(ByteBuffer.wrap(Bytes.pattern(100)));
        channel.deliverTo(sink);

        assertThat(sink.taken()).isEqualTo(Bytes.pattern(100));
    }

    @Test
    void theEndComesAfterAllThatWaits() {
        allowed.set(0);
        channel.deliverTo(sink);
        channel.onData(Bytes.hex("0102"));
        channel.end();
        assertThat(sink.ends()).isZero();
        assertThat(channel.isExhausted()).isFalse();

        allowed.set(2);
        channel.drain();

        assertThat(sink.ends()).isEqualTo(1);
        assertThat(channel.isExhausted()).isTrue();
    }

    @Test
    void theEndIsToldOnceAndNothingComesAfterIt() {
        channel.deliverTo(sink);

        channel.end();
        channel.end();
        channel.onData(Bytes.hex("01"));
        channel.drain();

        assertThat(sink.ends()).isEqualTo(1);
        assertThat(sink.count()).isZero();
    }

    @Test
    void anEndBeforeTheSinkIsToldToIt() {
        channel.onData(Bytes.hex("01"));
        channel.end();

        channel.deliverTo(sink);

        assertThat(sink.count()).isEqualTo(1);
        assertThat(sink.ends()).isEqualTo(1);
    }

    @Test
    void aMessageWithoutBytesIsNoCallAndNoEnd() {
        AtomicInteger calls = new AtomicInteger();
        channel.deliverTo(new SlowSink(calls::incrementAndGet));

        channel.onData(ByteBuffer.allocate(0));

        assertThat(calls).hasValue(0);
    }

    @Test
    void discardingOpensTheGateAndSilencesTheSink() {
        allowed.set(0);
        channel.deliverTo(sink);
        channel.onData(ByteBuffer.wrap(new byte[10]));
        allowed.set(100);

        channel.discard();
        channel.onData(ByteBuffer.wrap(new byte[100]));
        channel.end();
        channel.drain();

        assertThat(transport.isPaused()).isFalse();
        assertThat(sink.count()).isZero();
        assertThat(sink.ends()).isZero();
        assertThat(channel.isExhausted()).isTrue();
    }

    @Test
    void aSinkMayDiscardFromInside() {
        channel.deliverTo(new ByteSink() {
            @Override
            public void accept(ByteBuffer bytes) {
                channel.discard();
            }

            @Override
            public void end() {}
        });

        channel.onData(ByteBuffer.wrap(new byte[50]));

        assertThat(transport.isPaused()).isFalse();
    }

    @Test
    void aSinkMayAskToBeCalledAgainFromInside() {
        AtomicInteger calls = new AtomicInteger();
        channel.deliverTo(new ByteSink() {
            @Override
            public void accept(ByteBuffer bytes) {
                bytes.get();
                calls.incrementAndGet();
                channel.drain();
            }

            @Override
            public void end() {}
        });

        channel.onData(Bytes.hex("010203"));

        assertThat(calls).hasValue(3);
    }

    @Test
    void aSinkThatFailedIsStillToldOfTheEnd() {
        AtomicBoolean ended = new AtomicBoolean();
        channel.deliverTo(new ByteSink() {
            @Override
            public void accept(ByteBuffer bytes) {
                throw new IllegalStateException("bug");
            }

            @Override
            public void end() {
                ended.set(true);
            }
        });

        assertThatThrownBy(() -> channel.onData(Bytes.hex("01"))).isInstanceOf(IllegalStateException.class);
        channel.end();

        assertThat(ended).isTrue();
    }

    @Test
    void behavesLikeAModelUnderRandomUse() {
        long seed = System.nanoTime();
        for (int round = 0; round < 500; round++) {
            new Model(new Random(seed + round), "seed " + (seed + round)).run();
        }
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nothingIsLostBetweenAReaderAndADrainingThread() throws Exception {
        long seed = System.nanoTime();
        for (int round = 0; round < 5; round++) {
            twoThreads(new Random(seed + round), "seed " + (seed + round));
        }
    }

    private static void twoThreads(Random random, String where) throws Exception {
        FakeTransport transport = new FakeTransport();
        InboundChannel channel = new InboundChannel(1000, new ReadGate(transport));
        byte[] all = Bytes.pattern(50_000);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicInteger calls = new AtomicInteger();
        SlowSink sink = new SlowSink(() -> calls.incrementAndGet() % 3 == 0 ? 0 : calls.get() % 700);
        channel.deliverTo(sink);
        Thread drainer = new Thread(
                () -> {
                    try {
                        while (sink.ends() == 0 && !Thread.currentThread().isInterrupted()) {
                            channel.drain();
                            Thread.onSpinWait();
                        }
                    } catch (Throwable thrown) {
                        failure.set(thrown);
                    }
                },
                "drainer");
        drainer.setDaemon(true);
        drainer.start();

        int at = 0;
        while (at < all.length && !Thread.currentThread().isInterrupted()) {
            if (!transport.isPaused()) {
                int count = Math.min(all.length - at, 1 + random.nextInt(900));
                channel.onData(ByteBuffer.wrap(all, at, count));
                at += count;
            } else {
                Thread.onSpinWait();
            }
        }
        channel.end();
        drainer.join(TimeUnit.SECONDS.toMillis(10));

        assertThat(failure).as(where).hasNullValue();
        assertThat(sink.ends()).as(where).isEqualTo(1);
        assertThat(Arrays.equals(sink.taken(), all)).as(where).isTrue();
        assertThat(transport.isPaused()).as(where).isFalse();
    }

    /** Puts, takes, ends and discards at random, beside a count of the bytes that must be waiting. */
    private static final class Model {
        private final Random random;
        private final String where;
        private final FakeTransport transport = new FakeTransport();
        private final int limit;
        private final InboundChannel channel;
        private final SlowSink sink;
        private int allowed;
        private int put;
        private boolean hasSink;
        private boolean ended;
        private boolean discarded;
        private boolean shut;

        Model(Random random, String where) {
            this.random = random;
            this.where = where;
            this.limit = 1 + random.nextInt(100);
            this.channel = new InboundChannel(limit, new ReadGate(transport));
            this.sink = new SlowSink(() -> allowed);
        }

        void run() {
            for (int step = 0; step < 60; step++) {
                step();
                check();
            }
        }

        private void step() {
            allowed = random.nextInt(50);
            switch (random.nextInt(40)) {
                case 0 -> {
                    channel.end();
                    ended = true;
                }
                case 1 -> {
                    if (random.nextInt(4) == 0) {
                        channel.discard();
                        discarded = true;
                    }
                }
                case 2, 3, 4, 5 -> {
                    if (!hasSink) {
                        hasSink = true;
                        channel.deliverTo(sink);
                    }
                }
                default -> {
                    if (random.nextBoolean()) {
                        channel.drain();
                    } else if (!transport.isPaused()) {
                        int count = random.nextInt(60);
                        byte[] bytes = new byte[count];
                        for (int i = 0; i < count; i++) {
                            bytes[i] = (byte) (put + i);
                        }
                        channel.onData(ByteBuffer.wrap(bytes));
                        put += ended || discarded ? 0 : count;
                    }
                }
            }
        }

        private void check() {
            byte[] taken = sink.taken();
            for (int i = 0; i < taken.length; i++) {
                if (taken[i] != (byte) i) {
                    throw new AssertionError(where + ": byte " + i);
                }
            }
            int waiting = discarded ? 0 : put - taken.length;
            shut = waiting >= limit || (shut && waiting > limit / 2);
            assertThat(transport.isPaused()).as(where).isEqualTo(shut);
            assertThat(channel.isExhausted()).as(where).isEqualTo(ended && waiting == 0);
            assertThat(sink.ends()).as(where).satisfies(ends -> {
                if (!discarded) {
                    assertThat(ends).isEqualTo(ended && hasSink && waiting == 0 ? 1 : 0);
                }
            });
        }
    }
}
