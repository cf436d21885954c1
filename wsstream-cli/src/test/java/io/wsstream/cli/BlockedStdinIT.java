package io.wsstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.Peer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A command that does not read its stdin for 150 s and then reads all, under a stock kubectl that would give up 61 s
 * after the last Pong and after 60 s in one write.
 */
@Tag("stress")
class BlockedStdinIT {
    private static final int INPUT_BYTES = 256 << 20;
    private static final Duration LIMIT = Duration.ofMinutes(6);

    /** Ten trickles of 1 MiB for each of two sessions, what stood before them, and what a collector leaves. */
    private static final long GROWTH_BYTES = 128L << 20;

    @TempDir
    Path home;

    @Test
    void kubectlOutlivesACommandThatDoesNotRead() throws Exception {
        Path input = home.resolve("input");
        String sum = write(input);
        try (ServeProcess server = ServeProcess.start(home);
                Relay relay = new Relay(server.uri())) {
            Path relayed = home.resolve("relayed");
            Files.writeString(
                    relayed,
                    Files.readString(server.kubeconfig())
                            .replace(":" + server.uri().getPort(), ":" + relay.port()));
            long before = rssBytes(server.handle());

            List<Program.Running> runs = List.of(
                    program(server.kubeconfig(), input).start(),
                    program(relayed, input).start());
            long most = before;
            for (Program.Running run : runs) {
                run.awaitOut("reading", LIMIT);
                most = Math.max(most, rssBytes(server.handle()));
            }

            for (Program.Running run : runs) {
                Program.Ended ended = run.await(LIMIT);
                assertThat(ended.exitCode()).as(ended.toString()).isZero();
                assertThat(ended.out()).isEqualTo("reading\n" + sum + "  -\n");
            }
            System.out.println("blocked stdin: the server's memory grew from " + before + " to " + most + " bytes");
            assertThat(most - before).isLessThan(GROWTH_BYTES);
        }
    }

    private Program program(Path kubeconfig, Path input) throws IOException {
        return Program.of(
                        home,
                        Peer.KUBECTL.require().toString(),
                        "exec",
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "-i",
                        "local",
                        "--",
                        "sh",
                        "-c",
                        "sleep 150; echo reading; sha256sum")
                .input(input);
    }

    private static String write(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Random random = new Random(1);
        byte[] piece = new byte[1 << 20];
        try (OutputStream out = new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(file)), digest)) {
            for (int i = 0; i < INPUT_BYTES / piece.length; i++) {
                random.nextBytes(piece);
                out.write(piece);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static long rssBytes(ProcessHandle process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
