package io.wsstream.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every Java example in README and the how-tos is a class that compiles as it stands, and those that tests run are shown
 * word for word: they are the classes of {@link io.wsstream.conformance.docs.examples}.
 */
class ExamplesTest {
    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CLASS = Pattern.compile("^(?:public )?class (\\w+)", Pattern.MULTILINE);

    /** One example and where it stands. */
    record Example(String document, String name, String source) {
        @Override
        public String toString() {
            return document + ": " + name;
        }
    }

    static List<Example> examples() throws IOException {
        Path root = Path.of(System.getProperty("wsstream.root"));
        List<Path> documents = new ArrayList<>(List.of(root.resolve("README.md")));
        try (Stream<Path> howtos = Files.list(root.resolve("docs/howto"))) {
            howtos.sorted().forEach(documents::add);
        }
        List<Example> found = new ArrayList<>();
        for (Path document : documents) {
            Matcher blocks = BLOCK.matcher(Files.readString(document));
            while (blocks.find()) {
                Matcher name = CLASS.matcher(blocks.group(1));
                assertThat(name.find()).as("a class in %s", document).isTrue();
                found.add(new Example(document.getFileName().toString(), name.group(1), blocks.group(1)));
            }
        }
        return found;
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
        Path source = folder.resolve(example.name() + ".java");
        Files.writeString(source, example.source());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();

        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();

        assertThat(compiled).as(said.toString()).isTrue();
    }
}
