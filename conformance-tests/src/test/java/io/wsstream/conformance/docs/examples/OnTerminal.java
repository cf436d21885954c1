package io.wsstream.conformance.docs.examples;

import io.wsstream.pty.KillPolicy;
import io.wsstream.pty.PtyRuntime;
import io.wsstream.pty.PtySpec;
import io.wsstream.pty.PtyStreams;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

public class OnTerminal {
    public static String run(String... command) throws Exception {
        PtySpec spec = PtySpec.command(command)
                .environment(Map.of("PATH", "/usr/bin:/bin", "TERM", "xterm-256color"))
                .terminal(80, 24)
                .killPolicy(KillPolicy.hangup())
                .build();
        try (PtyRuntime runtime = PtyRuntime.start();
                PtyStreams program = PtyStreams.spawn(runtime, spec)) {
            program.process().resize(132, 43);
            program.stdin().close();
            String output = new String(program.stdout().readAllBytes(), StandardCharsets.UTF_8);
            return program.await(Duration.ofSeconds(10)).code() + ": " + output;
        }
    }
}
