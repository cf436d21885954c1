package io.wsstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.bench.ExecLoad.Stdin.Counter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExecLoadTest {
    @Test
    void idsTellLoadsApart() {
        List<String> ids = Stream.of(
                        new ExecLoad.Stdout(false, 64, 64),
                        new ExecLoad.Stdout(false, 4096, 4096),
                        new ExecLoad.Stdin(Counter.PROCESS, 32768, 32768),
                        new ExecLoad.Echo(false, 50, 1),
                        new ExecLoad.Connect(false, 1, 1),
                        new ExecLoad.Connect(true, 1, 1))
                .map(ExecLoad::id)
                .toList();

        assertThat(ids).containsExactly("stdout-64", "stdout-4k", "stdin-32k", "echo-50", "connect", "reconnect");
    }
}
