package io.wsstream.conformance.harness;

import io.wsstream.conformance.Deviations;
import io.wsstream.conformance.server.ServerConformance;
import io.wsstream.conformance.server.ServerUnderTest;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.LocalProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Every case for servers, on ours: over TLS, with a token. */
class OurServerIT {
    private static LocalProcess processes;
    private static WsStreamServer server;

    @BeforeAll
    static void start() throws IOException {
        processes = LocalProcess.create();
        server = WsStreamServer.builder()
                .pods(PodCatalog.of(Pod.of("local", "main")))
                .exec(processes)
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        processes.close();
    }

    @TestFactory
    Stream<DynamicNode> keepsTheRules() throws Exception {
        Path ca = Files.createTempFile("wsstream", ".pem");
        Files.write(ca, Objects.requireNonNull(server.tls()).caPem());
        ServerUnderTest ours =
                ServerUnderTest.at(server.uri()).caFile(ca).token(Objects.requireNonNull(server.token()));
        return ServerConformance.tests(ours, Deviations.read(Lists.of("our-server")));
    }
}
