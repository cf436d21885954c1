package io.wsstream.pty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkPoolTest {
    private final ChunkPool pool = new ChunkPool();

    @ParameterizedTest
    @CsvSource({"65792, 64", "16640, 128", "8192, 128", "1024, 512"})
    void keepsSoManyOfEachSizeAndNoMore(int bytes, int kept) {
        Set<Chunk> first = take(bytes, kept + 10);
        assertThat(pool.outstanding()).isEqualTo(kept + 10);
        first.forEach(pool::giveBack);
        assertThat(pool.outstanding()).isZero();

        Set<Chunk> again = take(bytes, kept + 10);

        again.retainAll(first);
        assertThat(again).hasSize(kept);
    }

    /** Different ones, whatever they hold. */
    private Set<Chunk> take(int bytes, int count) {
        List<Chunk> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(
                    switch (bytes) {
                        case ChunkPool.LARGE_BYTES -> pool.large();
                        case ChunkPool.QUARTER_BYTES -> pool.quarter();
                        default -> Objects.requireNonNull(pool.smallFor(bytes));
                    });
        }
        assertThat(taken).allSatisfy(chunk -> assertThat(chunk.capacityBytes()).isEqualTo(bytes));
        Set<Chunk> different = Collections.newSetFromMap(new IdentityHashMap<>());
        different.addAll(taken);
        assertThat(different).hasSize(count);
        return different;
    }
}
