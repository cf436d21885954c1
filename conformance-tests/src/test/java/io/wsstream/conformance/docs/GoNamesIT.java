package io.wsstream.conformance.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Go names of GO-PARITY.md are those that the package has in the release that our peer is built from. */
@Timeout(60)
class GoNamesIT {
    private static final Pattern CONSTANT_OR_FUNCTION = Pattern.compile("^(?:const|func) (\\w+)");
    private static final Pattern TYPE = Pattern.compile("^type (\\w+) ");
    private static final Pattern METHOD = Pattern.compile("^func \\(\\w+ \\*?(\\w+)\\) (\\w+)");
    private static final Pattern MEMBER = Pattern.compile("^\t([A-Z]\\w*)\\b");

    @Test
    void theGoNamesAreThoseThatThePackageExports(@TempDir Path folder) throws Exception {
        assertThat(exportedBy(goDoc(folder))).containsExactlyInAnyOrderElementsOf(GoParityTest.EXPORTED);
    }

    @Test
    void theReleaseNamedThereIsTheOneAsked() throws IOException {
        String pinned = Files.readString(folderOfPeer().resolve("go.mod"));

        Matcher version = Pattern.compile("k8s\\.io/streaming (v\\S+)").matcher(pinned);
        assertThat(version.find()).isTrue();
        assertThat(GoParityTest.document())
                .contains("`k8s.io/streaming/pkg/httpstream/wsstream` (" + version.group(1) + ")");
    }

    private static Path folderOfPeer() {
        return Peer.root().resolve("conformance-tests/peers").resolve(Peer.KUBERNETES.programName());
    }

    private static String goDoc(Path folder) throws Exception {
        Peer.KUBERNETES.require(); // Its modules are here then.
        Path said = folder.resolve("said");
        ProcessBuilder command = new ProcessBuilder("go", "doc", "-all", "k8s.io/streaming/pkg/httpstream/wsstream");
        command.environment().put("GOFLAGS", "-mod=readonly");
        Process go = command.directory(folderOfPeer().toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(go.waitFor(50, TimeUnit.SECONDS)).as("go doc ended").isTrue();
        String text = Files.readString(said, UTF_8);
        assertThat(go.exitValue()).as(text).isZero();
        return text;
    }

    /** Top-level names, a type's methods and fields as {@code Type.Name}, and the names of constants of a type. */
    private static Set<String> exportedBy(String documentation) {
        Set<String> names = new TreeSet<>();
        String fieldsOf = "";
        for (String line : documentation
                .substring(documentation.indexOf("\nCONSTANTS\n"))
                .lines()
                .toList()) {
            Matcher type = TYPE.matcher(line);
            Matcher method = METHOD.matcher(line);
            Matcher topLevel = CONSTANT_OR_FUNCTION.matcher(line);
            Matcher member = MEMBER.matcher(line);
            if (type.find()) {
                names.add(type.group(1));
                fieldsOf = type.group(1) + ".";
            } else if (method.find()) {
                names.add(method.group(1) + "." + method.group(2));
            } else if (topLevel.find()) {
                names.add(topLevel.group(1));
            } else if (line.startsWith("const (")) {
                fieldsOf = "";
            } else if (member.find()) {
                names.add(fieldsOf + member.group(1));
            }
        }
        return names;
    }
}
