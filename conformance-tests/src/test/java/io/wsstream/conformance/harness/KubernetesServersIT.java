package io.wsstream.conformance.harness;

import io.wsstream.conformance.ConformanceRun;
import io.wsstream.conformance.Deviations;
import io.wsstream.conformance.JunitTests;
import io.wsstream.conformance.peers.GoServer;
import io.wsstream.conformance.server.ServerConformance;
import io.wsstream.conformance.server.ServerUnderTest;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case for servers, on Kubernetes' own: they keep all rules but for those on their lists. All three are played at the
 * same time, since most of it is waiting for what they do not send.
 */
class KubernetesServersIT {
    private static final Map<GoServer.Kind, GoServer> SERVERS = new EnumMap<>(GoServer.Kind.class);
    private static final Map<GoServer.Kind, Deviations> LISTS = new EnumMap<>(GoServer.Kind.class);
    private static final Map<GoServer.Kind, ConformanceRun> RUNS = new EnumMap<>(GoServer.Kind.class);

    @BeforeAll
    static void start() throws Exception {
        for (GoServer.Kind kind : GoServer.Kind.values()) {
            GoServer server = GoServer.start(kind);
            SERVERS.put(kind, server);
            Deviations list = Deviations.read(Lists.of(
                    "kubernetes-" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-')));
            LISTS.put(kind, list);
            ServerUnderTest exec = ServerUnderTest.at(server.url().resolve("/api/v1/namespaces/default/pods/p/exec"));
            RUNS.put(kind, ServerConformance.start(ServerConformance.cases(), exec, list));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        RUNS.values().forEach(ConformanceRun::close);
        for (GoServer server : SERVERS.values()) {
            server.close();
        }
    }

    @TestFactory
    Stream<DynamicNode> theStreamingServerOf135() {
        return tests(GoServer.Kind.CRI_1_35);
    }

    @TestFactory
    Stream<DynamicNode> theStreamingServer() {
        return tests(GoServer.Kind.CRI);
    }

    @TestFactory
    Stream<DynamicNode> theApiserver() {
        return tests(GoServer.Kind.APISERVER);
    }

    private static Stream<DynamicNode> tests(GoServer.Kind kind) {
        return JunitTests.of(Objects.requireNonNull(RUNS.get(kind)), Objects.requireNonNull(LISTS.get(kind)));
    }
}
