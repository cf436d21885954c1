package io.wsstream.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The clients in Java of {@code conformance-tests/peers}: each in a JVM of its own, with the libraries that it was built
 * with, its own and no others.
 */
final class JavaPeer {
    private JavaPeer() {}

    static Forked fabric8(List<String> jvmOptions) throws IOException {
        return Forked.jvm(classPath("fabric8"), BenchFabric8.class, jvmOptions);
    }

    static Forked clientJava(List<String> jvmOptions) throws IOException {
        return Forked.jvm(classPath("client-java"), BenchClientJava.class, jvmOptions);
    }

    private static String classPath(String peer) {
        String benchmarks = JavaPeer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        Path libraries =
                Path.of(GoPeer.binary(peer)).resolve("../../" + peer + "/lib").normalize();
        return benchmarks + File.pathSeparator + libraries + "/*";
    }
}
