package io.wsstream.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every test that {@code docs/FAULTS.md} and {@code docs/BOUNDS.md} name exists. */
class NamedTestsTest {
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+)#(\\w+)`");
    private static final Path ROOT = Path.of(System.getProperty("wsstream.root"));

    @ParameterizedTest
    @CsvSource({"FAULTS.md, 40", "BOUNDS.md, 30"})
    void everyTestThatIsNamedExists(String page, int moreThan) throws IOException {
        Map<String, String> sources = testSources();

        List<String> named = TEST.matcher(Files.readString(ROOT.resolve("docs").resolve(page)))
                .results()
                .map(test -> test.group(1) + "#" + test.group(2))
                .toList();

        assertThat(named).hasSizeGreaterThan(moreThan).allSatisfy(test -> {
            String[] parts = test.split("#", -1);
            assertThat(sources.getOrDefault(parts[0], "")).contains("void " + parts[1] + "(");
        });
    }

    /** Test classes by their names; those of one name together. */
    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                            .toList()) {
                        String name = file.getFileName().toString().replace(".java", "");
                        sources.merge(name, Files.readString(file), String::concat);
                    }
                }
            }
        }
        return sources;
    }
}
