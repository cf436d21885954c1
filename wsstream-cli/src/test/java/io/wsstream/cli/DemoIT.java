package io.wsstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.Peer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code ./wsstream demo}; alone, since it promises a time. */
@Isolated
class DemoIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path home;

    @Test
    void everyLineOfTheDemoIsTrue() throws Exception {
        String path = Peer.KUBECTL.require().getParent() + ":" + System.getenv("PATH");

        Program.Ended ended = Program.of(home, Surroundings.launcher().toString(), "demo")
                .env("PATH", path)
                .run(LIMIT);

        assertThat(ended.exitCode()).as(ended.toString()).isZero();
        List<String> lines = ended.out().lines().toList();
        assertThat(lines).allMatch(line -> line.matches("(ok|server|done|skip) +\\S.*"), "tells of something good");
        assertThat(lines)
                .anyMatch(line -> line.startsWith("ok") && line.contains("kubectl"))
                .anyMatch(line -> line.startsWith("ok") && line.contains("client"))
                .last()
                .asString()
                .startsWith("done");
        assertThat(ended.err()).isEmpty();
    }
}
