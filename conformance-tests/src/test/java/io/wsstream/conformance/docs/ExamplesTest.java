package io.wsstream.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every Java example in README and the how-tos is a class that compiles as it stands, and those that tests run are shown
 * word for word: they are the classes of {@link io.wsstream.conformance.docs.examples}.
 */
class ExamplesTest {
    static List<Example> examples() throws IOException {
        return Example.all();
    }

    static List<Path> sources() throws IOException {
        Path folder = Path.of(System.getProperty("wsstream.root"))
                .resolve("conformance-tests/src/test/java/io/wsstream/conformance/docs/examples");
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(source -> !source.endsWith("package-info.java"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("sources")
    void isShownWordForWord(Path source) throws IOException {
        String shown = Files.readString(source).replaceFirst("package .*;\\R\\R", "");

        assertThat(examples()).extracting(Example::source).contains(shown);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void compiles(Example example, @TempDir Path folder) throws IOException {
        example.compileInto(folder);
    }
}
