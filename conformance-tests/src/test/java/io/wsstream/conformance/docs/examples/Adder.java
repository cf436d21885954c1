package io.wsstream.conformance.docs.examples;

import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.ExecProgram;
import io.wsstream.server.exec.ExecStreams;
import io.wsstream.server.exec.ExecTarget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

public class Adder implements ExecProgram {
    @Override
    public int run(ExecStreams io) throws IOException {
        PrintStream out = new PrintStream(io.stdout(), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(io.stderr(), true, StandardCharsets.UTF_8);
        AtomicInteger resizes = new AtomicInteger();
        io.onResize(resizes::incrementAndGet);
        long sum = 0;
        BufferedReader in = new BufferedReader(new InputStreamReader(io.stdin(), StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("size")) {
                out.println(io.size() + " after " + resizes + " resizes");
                continue;
            }
            try {
                sum += Long.parseLong(line);
            } catch (NumberFormatException notANumber) {
                err.println("not a number: " + line);
                return 2;
            }
        }
        out.println(sum);
        return 0;
    }

    public static WsStreamServer start() throws IOException {
        return WsStreamServer.builder()
                .pods(PodCatalog.of(Pod.of("adder", "main")))
                .exec(ExecTarget.program(new Adder()))
                .start();
    }
}
