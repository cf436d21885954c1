package io.wsstream.conformance.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A module as the build left it; what was not built yet has no classes. */
record BuiltModule(String name) {
    private static final Path ROOT = Path.of(System.getProperty("wsstream.root", ".."));

    /**
     * All modules with code of ours that are built by now: the command is built after the harness, so the rules run again
     * there; before that its classes would be those of an earlier build. Benchmarks are left out, whose classes JMH
     * generates.
     */
    static final List<BuiltModule> ALL = Stream.of(
                    "wsstream-core",
                    "pty-native",
                    "wsstream-server",
                    "wsstream-client",
                    "conformance-tests",
                    "wsstream-cli")
            .filter(name -> !name.equals("wsstream-cli")
                    || System.getProperty("basedir", "").endsWith("wsstream-cli"))
            .map(BuiltModule::new)
            .toList();

    /** The modules that others build on. */
    static final List<BuiltModule> LIBRARIES = ALL.subList(0, 4);

    Path classes() {
        return ROOT.resolve(name).resolve("target/classes");
    }

    Path testClasses() {
        return ROOT.resolve(name).resolve("target/test-classes");
    }

    /** {@return where the public surface of the module is written down} */
    Path surfaceFile() {
        return ROOT.resolve("api").resolve(name + ".txt");
    }

    /** {@return the names of its compiled classes} */
    List<String> classNames() {
        if (!Files.isDirectory(classes())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(classes())) {
            return files.map(file -> classes().relativize(file).toString())
                    .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
                    .map(file ->
                            file.substring(0, file.length() - ".class".length()).replace('/', '.'))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
