package io.wsstream.cli;

import io.wsstream.conformance.peers.TestTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the tests are, and the environment in which they start programs. */
final class Surroundings {
    private Surroundings() {}

    /** The launcher at the top of the source tree. */
    static Path launcher() {
        String set = System.getProperty("wsstream.root");
        for (Path folder = Path.of(set == null ? "" : set).toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            if (Files.exists(folder.resolve("bom.xml"))) {
                return folder.resolve("wsstream");
            }
        }
        throw new IllegalStateException("no bom.xml here or above; set -Dwsstream.root");
    }

    /** Changes an environment so that a program started in it sees nothing of the user's. */
    static void of(Path home, Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.startsWith("KUBE"));
        environment.put("HOME", home.toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("WSSTREAM_NO_BUILD", "1");
    }

    /** Starts a program in such an environment, on a terminal of this size. */
    static TestTerminal terminal(Path home, int columns, int rows, List<String> command) throws IOException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        of(home, environment);
        return TestTerminal.start(home, columns, rows, environment, command);
    }
}
