package io.wsstream.conformance.docs.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecOutcome;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusError;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.ExecStreams;
import io.wsstream.server.exec.ExecTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MigrationTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private WsStreamServer cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = WsStreamServer.builder()
                .plainHttp()
                .token("t0k")
                .pods(PodCatalog.of(Pod.of("db", "postgres")))
                .exec(ExecTarget.program(this::answer))
                .start();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private int answer(ExecStreams io) throws IOException {
        String command = String.join(" ", io.request().command());
        asked.add(command);
        return switch (command) {
            case "pg_isready" -> {
                io.stdout().write("accepting connections\n".getBytes(StandardCharsets.UTF_8));
                yield 0;
            }
            case "psql -f -" -> {
                String script = new String(io.stdin().readAllBytes(), StandardCharsets.UTF_8);
                io.stderr().write(("ERROR: no table in: " + script).getBytes(StandardCharsets.UTF_8));
                yield 3;
            }
            default -> throw new StatusError(Status.internalError("no such command here"));
        };
    }

    @Test
    void aFailedMigrationIsReported() throws Exception {
        // Your own code goes here; it finds the cluster at cluster.uri(), with the token.
        try (WsStreamClient client =
                WsStreamClient.of(ClusterAccess.url(cluster.uri()).token("t0k"))) {
            ExecOutcome ready = client.pod("db").command("pg_isready").run();
            ExecOutcome migration = client.pod("db")
                    .command("psql", "-f", "-")
                    .stdin("drop table x".getBytes(StandardCharsets.UTF_8))
                    .run();

            assertEquals("accepting connections\n", ready.out());
            assertEquals(3, migration.result().exitCode().orElse(-1));
            assertEquals("ERROR: no table in: drop table x", migration.err());
            assertEquals(List.of("pg_isready", "psql -f -"), asked);
        }
    }
}
