package io.wsstream.bench;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecRequest;
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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Our client in a process of its own. Reads one {@link Order} a line, answers in the words of the peers in Go. Rates count
 * from the end of the handshake to the result.
 */
public final class BenchClient {
    private static final int WARM_UP_ROUNDS = 1000;
    private static final Duration BOUND = Duration.ofMinutes(2);

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
                answer = run(Forked.JSON.readValue(order, Order.class));
            } catch (InterruptedException | ExecutionException | IOException | RuntimeException failed) {
                answer = Map.of("error", failed.toString());
            }
            System.out.println(Forked.JSON.writeValueAsString(answer));
        }
    }

    private static Map<String, Object> run(Order order) throws IOException, InterruptedException, ExecutionException {
        return switch (order.mode()) {
            case "source" -> source(order);
            case "sink" -> sink(order);
            case "echo" -> echo(order);
            case "connect" -> connect(order, () -> request(order));
            case "reconnect" -> reconnect(order);
            default -> throw new IllegalArgumentException("no mode " + order.mode());
        };
    }

    /** From a client of its own: nothing is kept from one session to the next. */
    private static ExecRequest request(Order order) throws IOException {
        return request(client(order.address()), order);
    }

    private static ExecRequest request(WsStreamClient client, Order order) {
        return client.pod("default", order.address().pod())
                .command(order.command())
                .timeout(BOUND);
    }

    private static WsStreamClient client(Order.Address address) throws IOException {
        ClusterAccess access = ClusterAccess.url(URI.create(address.url())).token(address.token());
        return WsStreamClient.of(address.ca().isEmpty() ? access.insecureSkipTlsVerify() : access.caPem(address.ca()));
    }

    @FunctionalInterface
    private interface Requests {
        ExecRequest next() throws IOException;
    }

    private static Map<String, Object> source(Order order) throws IOException, InterruptedException {
        try (ExecSession session = request(order).withoutStdin().start()) {
            Watch watch = new Watch();
            MessageDigest digest = order.sha256() ? Pattern.sha256() : null;
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
    }

    private static Map<String, Object> sink(Order order) throws IOException, InterruptedException {
        byte[] frame = Pattern.frame(order.frame());
        try (ExecSession session = request(order).start()) {
            Watch watch = new Watch();
            try (OutputStream stdin = session.stdin()) {
                for (long left = order.number(); left > 0; left -= frame.length) {
                    int count = (int) Math.min(left, frame.length);
                    stdin.write(frame, 0, count);
                }
            }
            String reply = new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8).trim();
            Map<String, Object> answer = watch.rate(session, order.number(), null);
            answer.put("reply", reply);
            return answer;
        }
    }

    private static Map<String, Object> echo(Order order) throws InterruptedException, ExecutionException {
        CyclicBarrier warm = new CyclicBarrier(order.sessions());
        ExecutorService threads = Executors.newFixedThreadPool(order.sessions());
        try {
            Callable<double[]> one = () -> echo(order, warm);
            List<Future<double[]>> all = threads.invokeAll(Collections.nCopies(order.sessions(), one));
            double[] micros = new double[0];
            for (Future<double[]> session : all) {
                micros = DoubleStream.concat(Arrays.stream(micros), Arrays.stream(session.get()))
                        .toArray();
            }
            return Latencies.answer(micros);
        } finally {
            threads.shutdownNow();
        }
    }

    private static double[] echo(Order order, CyclicBarrier warm) throws Exception {
        double[] micros = new double[(int) order.number()];
        try (ExecSession session = request(order).start()) {
            try (OutputStream stdin = session.stdin()) {
                InputStream stdout = session.stdout();
                for (int i = -WARM_UP_ROUNDS / order.sessions(); i < micros.length; i++) {
                    if (i == 0) {
                        warm.await(BOUND.toSeconds(), TimeUnit.SECONDS);
                    }
                    long begun = System.nanoTime();
                    stdin.write('x');
                    expect(stdout.read(), 'x');
                    if (i >= 0) {
                        micros[i] = microsSince(begun);
                    }
                }
            }
            succeed(session);
        }
        return micros;
    }

    private static Map<String, Object> reconnect(Order order) throws IOException, InterruptedException {
        WsStreamClient client = client(order.address());
        return connect(order, () -> request(client, order));
    }

    private static Map<String, Object> connect(Order order, Requests requests)
            throws IOException, InterruptedException {
        double[] micros = new double[(int) order.number()];
        for (int i = 0; i < micros.length; i++) {
            long begun = System.nanoTime();
            try (ExecSession session = requests.next().withoutStdin().start()) {
                InputStream stdout = session.stdout();
                expect(stdout.read(), 'x');
                micros[i] = microsSince(begun);
                expect(stdout.read(), -1);
                succeed(session);
            }
        }
        return Latencies.answer(micros);
    }

    private static void expect(int came, int expected) throws IOException {
        if (came != expected) {
            throw new IOException("stdout gave " + came + ", expected " + expected);
        }
    }

    private static double microsSince(long begun) {
        return (System.nanoTime() - begun) / 1000.0;
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
