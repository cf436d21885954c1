package io.wsstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllocatedTest {
    private static final int BYTES = 1 << 20;

    @Test
    void whatAThreadThatEndedAllocatedIsCounted() throws InterruptedException {
        double before = Allocated.bytes();
        byte[][] kept = new byte[1][];
        Thread thread = new Thread(() -> kept[0] = new byte[BYTES], "allocates");
        thread.start();
        thread.join(10_000);

        assertThat(Allocated.bytes() - before).isGreaterThan(kept[0].length);
    }
}
