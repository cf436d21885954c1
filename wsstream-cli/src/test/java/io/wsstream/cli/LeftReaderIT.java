package io.wsstream.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kubectl exec ... | less}, left alone: the reader stops for longer than the 61 s after which client-go gives up a
 * connection on which it has read no Pong, goes on for a bit, and stops again.
 */
@Tag("stress")
class LeftReaderIT {
    private static final int OUTPUT_BYTES = 48 << 20;
    private static final Duration LIMIT = Duration.ofMinutes(6);

    @TempDir
    Path home;

    @Test
    void whoReadsOnAfterMinutesGetsEveryByteAndTheExitCode() throws Exception {
        List<String> tools = Stream.concat(
                        Stream.of(Peer.KUBECTL, Peer.KUBECTL_1_32, Peer.KUBECTL_1_30)
                                .map(peer -> peer.require().toString()),
                        Stream.of(Surroundings.launcher().toString()))
                .toList();
        try (ServeProcess server = ServeProcess.start(home)) {
            List<Program.Running> runs =
                    tools.stream().map(tool -> start(tool, server.kubeconfig())).toList();

            for (Program.Running run : runs) {
                Program.Ended ended = run.await(LIMIT);
                assertThat(ended.err())
                        .as(ended.toString())
                        .contains("exit code 7")
                        .endsWith("ended with 7\n");
                assertThat(ended.out()).isEqualTo(sum() + "  -\n");
            }
        }
    }

    private Program.Running start(String tool, Path kubeconfig) {
        String command = "yes | head -c " + OUTPUT_BYTES + "; exit 7";
        String line = "{ \"$0\" exec --kubeconfig \"$1\" local -- sh -c \"$2\"; echo ended with $? >&2; }"
                + " | { sleep 150; head -c 1000000; sleep 75; cat; } | sha256sum";
        try {
            return Program.of(home, "sh", "-c", line, tool, kubeconfig.toString(), command)
                    .start();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static String sum() throws Exception {
        byte[] output = "y\n".repeat(OUTPUT_BYTES / 2).getBytes(US_ASCII);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(output));
    }
}
