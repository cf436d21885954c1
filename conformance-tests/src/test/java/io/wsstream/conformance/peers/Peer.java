package io.wsstream.conformance.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A program of somebody else that our libraries are tested against.
 *
 * <p>{@code conformance-tests/peers/build} builds them; Maven runs it before the integration tests. On a machine that
 * cannot build one, its tests are skipped with a named reason; with {@code CI=true} they fail.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> reads small files. <b>Memory:</b> keeps nothing.
 */
public enum Peer {
    /** The command of the public module {@code k8s.io/kubectl}. */
    KUBECTL("kubectl", "go.sum"),
    /** The same of an older release. */
    KUBECTL_1_32("kubectl-1.32", "go.sum"),
    /** The same of the oldest release that execs over WebSocket of its own accord. */
    KUBECTL_1_30("kubectl-1.30", "go.sum"),
    /** {@code exec}, {@code attach} and {@code port-forward} by {@code k8s.io/client-go}. */
    CLIENT_GO("client-go", "go.sum"),
    /** {@code exec} by {@code io.fabric8:kubernetes-client}. */
    FABRIC8("fabric8", "pom.xml"),
    /** {@code exec} by {@code io.kubernetes:client-java}. */
    CLIENT_JAVA("client-java", "pom.xml"),
    /** {@code exec} by {@code @kubernetes/client-node}. */
    CLIENT_NODE("client-node", "package-lock.json"),
    /** {@code exec} by Python's {@code kubernetes}. */
    CLIENT_PYTHON("client-python", "requirements.txt"),
    /** A WebSocket source, sink and echo on {@code github.com/gorilla/websocket}, as server and as client. */
    GORILLA("gorilla", "go.sum"),
    /** The newest server code of Kubernetes: the CRI streaming server, and the apiserver's translator and tunnel. */
    KUBERNETES("kubernetes", "go.sum"),
    /** The CRI streaming server of Kubernetes 1.35, the last in {@code k8s.io/kubelet}. */
    KUBERNETES_1_35("kubernetes-1.35", "go.sum");

    private final String programName;
    private final String pinnedIn;

    Peer(String programName, String pinnedIn) {
        this.programName = programName;
        this.pinnedIn = pinnedIn;
    }

    /** Where the program is once it is built; it need not exist. */
    public Path binary() {
        return target().resolve("bin").resolve(programName());
    }

    /**
     * The program, for the test that runs now; the closing table counts that test.
     *
     * <p>When the program was not built, the test is skipped with the reason, or fails when {@code CI=true}.
     */
    public Path require() {
        PeerTable.asked(this);
        missing().ifPresent(reason -> skipOrFail(reason, "true".equals(System.getenv("CI"))));
        return binary();
    }

    /** A command line of this peer, which is {@linkplain #require() required}. */
    public PeerCommand command(String... arguments) {
        return new PeerCommand(require(), arguments);
    }

    /** The pinned version, as it was built; empty when it was not. */
    public Optional<String> version() {
        return missing().isPresent() ? Optional.empty() : Optional.of(firstLine(programName() + ".version"));
    }

    /** Why the program cannot be run; empty when it can. */
    Optional<String> missing() {
        if (Files.isExecutable(binary())) {
            return Optional.empty();
        }
        String failed = programName() + ".failed";
        String reason = Files.exists(target().resolve(failed))
                ? firstLine(failed)
                : "run conformance-tests/peers/build, or `mvnw verify`, which does";
        return Optional.of("peer " + programName() + " is not built: " + reason);
    }

    /** Its name in {@code target/bin} and of its folder of sources. */
    public String programName() {
        return programName;
    }

    /** The file that names its version and those of all that it is built from. */
    Path pins() {
        return root().resolve("conformance-tests/peers").resolve(programName).resolve(pinnedIn);
    }

    static void skipOrFail(String reason, boolean ci) {
        if (ci) {
            Assertions.fail(reason);
        }
        Assumptions.abort(reason);
    }

    /** The top of the source tree: {@code wsstream.root} if set, else the nearest folder upwards that holds bom.xml. */
    public static Path root() {
        String set = System.getProperty("wsstream.root");
        if (set != null) {
            return Path.of(set);
        }
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("bom.xml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no bom.xml in " + start + " or above it; set -Dwsstream.root");
    }

    private static Path target() {
        return root().resolve("conformance-tests/peers/target");
    }

    private static String firstLine(String file) {
        try (var lines = Files.lines(target().resolve(file))) {
            return lines.findFirst().orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
