package io.wsstream.core.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.testing.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BoundedByteQueueTest {
    @Test
    void behavesLikeAModelUnderRandomUse() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int limit = 1 + random.nextInt(40_000);
            BoundedByteQueue queue = new BoundedByteQueue(limit);
            ArrayDeque<Byte> model = new ArrayDeque<>();
            for (int step = 0; step < 60; step++) {
                if (random.nextInt(40) == 0) {
                    queue.clear();
                    model.clear();
                } else if (random.nextBoolean()) {
                    add(queue, model, random);
                } else {
                    take(queue, model, random, "seed " + seed + ", round " + round + ", step " + step);
                }
                assertThat(queue.isEmpty()).as("seed %d", seed).isEqualTo(model.isEmpty());
                assertThat(queue.isFull()).as("seed %d", seed).isEqualTo(model.size() >= limit);
                assertThat(queue.isLow()).as("seed %d", seed).isEqualTo(model.size() <= limit / 2);
            }
        }
    }

    @Test
    void whatIsAddedIsCopied() {
        byte[] array = {1, 2, 3};
        BoundedByteQueue queue = new BoundedByteQueue(10);

        queue.add(ByteBuffer.wrap(array));
        array[0] = 9;

        ByteBuffer head = queue.head();
        assertThat(head).isNotNull();
        assertThat(Bytes.toHex(java.util.Objects.requireNonNull(head))).isEqualTo("010203");
    }

    @Test
    void smallPiecesShareOneBuffer() {
        BoundedByteQueue queue = new BoundedByteQueue(1 << 20);
        for (int i = 0; i < 1000; i++) {
            queue.add(ByteBuffer.wrap(new byte[] {(byte) i}));
        }

        ByteBuffer head = java.util.Objects.requireNonNull(queue.head());

        assertThat(head.remaining()).isEqualTo(1000);
    }

    @Test
    void aViewOfTheHeadStaysAsItWasWhileMoreIsAdded() {
        BoundedByteQueue queue = new BoundedByteQueue(100);
        queue.add(Bytes.hex("0102"));
        ByteBuffer view = java.util.Objects.requireNonNull(queue.head()).duplicate();

        queue.add(Bytes.hex("0304"));

        assertThat(Bytes.toHex(view)).isEqualTo("0102");
    }

    private static void add(BoundedByteQueue queue, ArrayDeque<Byte> model, Random random) {
        byte[] bytes = new byte[random.nextInt(random.nextInt(5) == 0 ? 40_000 : 300)];
        random.nextBytes(bytes);
        if (bytes.length == 0) {
            return;
        }
        ByteBuffer from = ByteBuffer.wrap(bytes);
        queue.add(from);
        assertThat(from.hasRemaining()).isFalse();
        for (byte each : bytes) {
            model.add(each);
        }
    }

    private static void take(BoundedByteQueue queue, ArrayDeque<Byte> model, Random random, String where) {
        ByteBuffer head = queue.head();
        if (head == null) {
            assertThat(model).as(where).isEmpty();
            return;
        }
        int count = random.nextInt(head.remaining() + 1);
        for (int i = 0; i < count; i++) {
            if (head.get() != model.remove()) {
                throw new AssertionError(where);
            }
        }
        queue.consumed(count);
    }
}
