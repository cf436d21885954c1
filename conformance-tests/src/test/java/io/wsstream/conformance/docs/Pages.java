package io.wsstream.conformance.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The how-tos as their readers see them. */
final class Pages {
    private Pages() {}

    /** The text of one page, each run of white space as one blank, so that lines may be broken anywhere. */
    static String text(String page) throws IOException {
        Path howtos = Path.of(System.getProperty("wsstream.root")).resolve("docs/howto");
        return Files.readString(howtos.resolve(page)).replaceAll("\\s+", " ");
    }
}
