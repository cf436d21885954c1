package io.wsstream.bench;

import io.wsstream.client.RemotePod;
import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.ExecResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Our client in a process of its own. Reads one order a line, {@code MODE URL NUMBER [sha256] -- COMMAND...}, answers in
 * the words of the peer in Go. Rates count from the end of the handshake to the result.
 */
public final class BenchClient {
    private static final int WARM_UP_ROUNDS = 1000;

    private BenchClient() {}

    /**
     * The entry point.
     *
     * @param args none
     * @throws IOException if stdin or stdout fail
     */
    public static void main(String[] args) throws IOException {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            Map<String, Object> answer;
            try {
                answer = run(List.of(order.split(" ", -1)));
            } catch (InterruptedException | IOException | RuntimeException failed) {
                answer = Map.of("error", failed.toString());
            }
            System.out.println(Forked.JSON.writeValueAsString(answer));
        }
    }

    private static Map<String, Object> run(List<String> order) throws IOException, InterruptedException {
        List<String> command = order.subList(order.indexOf("--") + 1, order.size());
        long number = Long.parseLong(order.get(2));
        boolean sha256 = order.get(3).equals("sha256");
        ClusterAccess access = ClusterAccess.url(URI.create(order.get(1).replaceFirst("^ws", "http")))
                .token(BenchServer.TOKEN)
                .insecureSkipTlsVerify();
        try (WsStreamClient client = WsStreamClient.of(access)) {
            RemotePod pod = client.pod("default", BenchServer.POD);
            try (ExecSession session =
                    pod.command(command).timeout(Duration.ofMinutes(2)).start()) {
                return switch (order.get(0)) {
                    case "source" -> source(session, sha256);
                    case "sink" -> sink(session, number, sha256);
                    case "echo" -> echo(session, (int) number);
                    default -> throw new IllegalArgumentException("no mode " + order.get(0));
                };
            }
        }
    }

    private static Map<String, Object> source(ExecSession session, boolean sha256)
            throws IOException, InterruptedException {
        Watch watch = new Watch();
        MessageDigest digest = sha256 ? Pattern.sha256() : null;
        byte[] buffer = new byte[64 * 1024];
        long bytes = 0;
        InputStream stdout = session.stdout();
        for (int n = stdout.read(buffer); n >= 0; n = stdout.read(buffer)) {
            bytes += n;
            if (digest != null) {
                digest.update(buffer, 0, n);
            }
        }
        return watch.rate(session, bytes, digest);
    }

    private static Map<String, Object> sink(ExecSession session, long bytes, boolean sha256)
            throws IOException, InterruptedException {
        byte[] frame = Pattern.frame(Pattern.FRAME_BYTES);
        Watch watch = new Watch();
        MessageDigest digest = sha256 ? Pattern.sha256() : null;
        try (OutputStream stdin = session.stdin()) {
            for (long left = bytes; left > 0; left -= frame.length) {
                int count = (int) Math.min(left, frame.length);
                stdin.write(frame, 0, count);
                if (digest != null) {
                    digest.update(frame, 0, count);
                }
            }
        }
        String reply = new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8).trim();
        Map<String, Object> answer = watch.rate(session, bytes, digest);
        answer.put("reply", reply);
        return answer;
    }

    private static Map<String, Object> echo(ExecSession session, int rounds) throws IOException, InterruptedException {
        double[] micros = new double[rounds];
        try (OutputStream stdin = session.stdin()) {
            InputStream stdout = session.stdout();
            for (int i = -WARM_UP_ROUNDS; i < rounds; i++) {
                long begun = System.nanoTime();
                stdin.write('x');
                int back = stdout.read();
                if (back != 'x') {
                    throw new IOException("echo of x is " + back);
                }
                if (i >= 0) {
                    micros[i] = (System.nanoTime() - begun) / 1000.0;
                }
            }
        }
        succeed(session);
        Arrays.sort(micros);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("bytes", rounds);
        answer.put("p50Micros", micros[rounds / 2]);
        answer.put("p99Micros", micros[(int) (rounds * 99L / 100)]);
        return answer;
    }

    private static void succeed(ExecSession session) throws IOException, InterruptedException {
        ExecResult result = session.await();
        if (!result.isSuccess()) {
            throw new IOException("the session ended with: " + result.describe());
        }
    }

    private static final class Watch {
        private final long cpuNanos = cpu();
        private final long begun = System.nanoTime();

        Map<String, Object> rate(ExecSession session, long bytes, @Nullable MessageDigest digest)
                throws IOException, InterruptedException {
            succeed(session);
            double seconds = (System.nanoTime() - begun) / 1e9;
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("bytes", bytes);
            answer.put("seconds", seconds);
            answer.put("mibPerSecond", bytes / 1048576.0 / seconds);
            answer.put("cpuSeconds", (cpu() - cpuNanos) / 1e9);
            if (digest != null) {
                answer.put("sha256", Pattern.hex(digest));
            }
            return answer;
        }

        private static long cpu() {
            if (ManagementFactory.getOperatingSystemMXBean()
                    instanceof com.sun.management.OperatingSystemMXBean system) {
                return system.getProcessCpuTime();
            }
            return 0;
        }
    }
}
