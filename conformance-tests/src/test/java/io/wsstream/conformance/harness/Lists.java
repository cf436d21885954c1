package io.wsstream.conformance.harness;

import java.nio.file.Path;

/** Where the lists of expected deviations are. */
final class Lists {
    private Lists() {}

    static Path of(String peer) {
        return Path.of(System.getProperty("wsstream.root", ".."))
                .resolve("conformance-tests/deviations/" + peer + ".yaml");
    }
}
