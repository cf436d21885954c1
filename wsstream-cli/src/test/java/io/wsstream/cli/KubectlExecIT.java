package io.wsstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {@code kubectl exec} of stock kubectl. */
class KubectlExecIT extends ExecIT {
    @Override
    List<String> tool() {
        return List.of(Peer.KUBECTL.require().toString());
    }

    @Override
    int rounds() {
        return 50;
    }

    @Test
    void kubectlCopiesATreeThereAndBack() throws Exception {
        Path here = Files.createDirectories(home.resolve("tree/sub folder"));
        Files.writeString(home.resolve("tree/text"), "żółw\n");
        Files.writeString(here.resolve("empty"), "");
        Files.write(here.resolve("bytes"), new byte[100_000]);
        Files.setPosixFilePermissions(home.resolve("tree/text"), PosixFilePermissions.fromString("rwxr-x---"));
        Path there = home.resolve("there");
        Path back = home.resolve("back");

        Program.Ended up = cp(home.resolve("tree").toString(), "local:" + there);
        Program.Ended down = cp("local:" + there, back.toString());

        assertThat(up.exitCode()).as(up.toString()).isZero();
        assertThat(down.exitCode()).as(down.toString()).isZero();
        assertThat(described(there)).isEqualTo(described(home.resolve("tree"))).hasSize(5);
        // Of its own accord kubectl gives what it fetches the modes of new files.
        Files.setPosixFilePermissions(back.resolve("text"), PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(described(back)).isEqualTo(described(there));
    }

    private Program.Ended cp(String from, String to) throws Exception {
        return Program.of(
                        home,
                        Program.line(
                                tool(),
                                "cp",
                                "--kubeconfig",
                                server.kubeconfig().toString(),
                                from,
                                to))
                .run(LIMIT);
    }

    private static Map<String, String> described(Path folder) throws Exception {
        TreeMap<String, String> files = new TreeMap<>();
        try (var walk = Files.walk(folder)) {
            for (Path path : walk.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                String content = Files.isDirectory(path)
                        ? "folder"
                        : Integer.toString(Arrays.hashCode(Files.readAllBytes(path)));
                files.put(folder.relativize(path).toString(), mode + " " + content);
            }
        }
        return files;
    }
}
