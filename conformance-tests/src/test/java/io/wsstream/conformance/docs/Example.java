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

/** A Java class in README or a how-to, and where it stands. */
record Example(String document, String name, String source) {
    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CLASS = Pattern.compile("^(?:public )?class (\\w+)", Pattern.MULTILINE);

    /** All of them. */
    static List<Example> all() throws IOException {
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

    /** The one with this name. */
    static Example named(String name) throws IOException {
        return all().stream()
                .filter(example -> example.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Compiles it as it stands; the classes are in the folder then. */
    void compileInto(Path folder) throws IOException {
        Path file = folder.resolve(name + ".java");
        Files.writeString(file, source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();

        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
                .call();

        assertThat(compiled).as(said.toString()).isTrue();
    }

    @Override
    public String toString() {
        return document + ": " + name;
    }
}
