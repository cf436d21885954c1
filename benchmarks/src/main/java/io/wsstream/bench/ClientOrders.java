package io.wsstream.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
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
import java.util.concurrent.TimeoutException;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * What a client in Java under test does: it takes one {@link Order} a line and answers in the words of the peers in Go.
 * Rates count from the end of the handshake to the result.
 *
 * <p><b>Threads:</b> one for each order, so that one that hangs is given up. <b>Blocking:</b> at most {@link #BOUND}.
 */
final class ClientOrders {
    private static final int WARM_UP_ROUNDS = 1000;
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final Library library;

    private ClientOrders(Library library) {
        this.library = library;
    }

    /** How a client is made. */
    @FunctionalInterface
    interface Library {
        Client client(Order.Address address) throws IOException;
    }

    /** A client of one server. */
    interface Client extends AutoCloseable {
        /**
         * A session after its handshake.
         *
         * @param command program and arguments
         * @param stdin whether it is written to
         * @param bound how long it may take in all
         */
        Session exec(List<String> command, boolean stdin, Duration bound) throws Exception;

        @Override
        void close();
    }

    /** A command that runs. */
    interface Session extends AutoCloseable {
        InputStream stdout();

        /** {@return where each write is sent at once} */
        OutputStream stdin();

        /** {@return whether the command sees the end of stdin when it is closed; else it has to know the end itself} */
        boolean endsStdin();

        /** Waits for the end, and refuses another than success. */
        void awaitSuccess() throws Exception;

        @Override
        void close();
    }

    /** Answers orders until stdin ends. */
    static void serve(Library library) throws IOException {
        ClientOrders orders = new ClientOrders(library);
        ExecutorService threads = Executors.newCachedThreadPool(run -> {
            Thread thread = new Thread(run, "bench-order");
            thread.setDaemon(true);
            return thread;
        });
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Order order = Forked.JSON.readValue(line, Order.class);
            Future<Map<String, Object>> answer = threads.submit(() -> orders.run(order));
            System.out.println(Forked.JSON.writeValueAsString(bounded(answer)));
        }
        System.exit(0); // whatever threads a client has left
    }

    private static Map<String, Object> bounded(Future<Map<String, Object>> answer) {
        try {
            return answer.get(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            return Map.of("error", String.valueOf(failed.getCause()));
        } catch (TimeoutException hangs) {
            answer.cancel(true);
            return Map.of("error", "no end within " + BOUND.toSeconds() + " s");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Map.of("error", "interrupted");
        }
    }

    private Map<String, Object> run(Order order) throws Exception {
        if (order.mode().equals("connect")) {
            return connect(order, this::once);
        }
        try (Client client = library.client(order.address())) {
            return switch (order.mode()) {
                case "source" -> source(client, order);
                case "sink" -> sink(client, order);
                case "echo" -> echo(client, order);
                case "reconnect" -> connect(order, timed -> firstByte(client, timed));
                default -> throw new IllegalArgumentException("no mode " + order.mode());
            };
        }
    }

    private static Map<String, Object> source(Client client, Order order) throws Exception {
        try (Session session = client.exec(order.command(), false, BOUND)) {
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

    private static Map<String, Object> sink(Client client, Order order) throws Exception {
        byte[] frame = Pattern.frame(order.frame());
        try (Session session = client.exec(order.command(), true, BOUND)) {
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

    private static Map<String, Object> echo(Client client, Order order)
            throws InterruptedException, ExecutionException {
        CyclicBarrier warm = new CyclicBarrier(order.sessions());
        ExecutorService threads = Executors.newFixedThreadPool(order.sessions());
        try {
            Callable<double[]> one = () -> echo(client, order, warm);
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

    private static double[] echo(Client client, Order order, CyclicBarrier warm) throws Exception {
        double[] micros = new double[(int) order.number()];
        try (Session session = client.exec(order.command(), true, BOUND)) {
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
            if (session.endsStdin()) {
                session.awaitSuccess();
            }
        }
        return micros;
    }

    /** How long a session takes to its first byte; it is over then. */
    @FunctionalInterface
    private interface FirstByte {
        double micros(Order order) throws Exception;
    }

    private static Map<String, Object> connect(Order order, FirstByte session) throws Exception {
        double[] micros = new double[(int) order.number()];
        for (int i = 0; i < micros.length; i++) {
            micros[i] = session.micros(order);
        }
        return Latencies.answer(micros);
    }

    /** From a client of its own: nothing is kept from one session to the next. */
    private double once(Order order) throws Exception {
        long begun = System.nanoTime();
        try (Client client = library.client(order.address())) {
            return (System.nanoTime() - begun) / 1000.0 + firstByte(client, order);
        }
    }

    private static double firstByte(Client client, Order order) throws Exception {
        long begun = System.nanoTime();
        try (Session session = client.exec(order.command(), false, BOUND)) {
            InputStream stdout = session.stdout();
            expect(stdout.read(), 'x');
            double micros = microsSince(begun);
            expect(stdout.read(), -1);
            session.awaitSuccess();
            return micros;
        }
    }

    private static void expect(int came, int expected) throws IOException {
        if (came != expected) {
            throw new IOException("stdout gave " + came + ", expected " + expected);
        }
    }

    private static double microsSince(long begun) {
        return (System.nanoTime() - begun) / 1000.0;
    }

    private static final class Watch {
        private final double allocated = Allocated.bytes();
        private final long cpuNanos = cpu();
        private final long begun = System.nanoTime();

        Map<String, Object> rate(Session session, long bytes, @Nullable MessageDigest digest) throws Exception {
            session.awaitSuccess();
            double seconds = (System.nanoTime() - begun) / 1e9;
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("bytes", bytes);
            answer.put("seconds", seconds);
            answer.put("mibPerSecond", bytes / 1048576.0 / seconds);
            answer.put("cpuSeconds", (cpu() - cpuNanos) / 1e9);
            answer.put("allocatedBytes", Allocated.bytes() - allocated);
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
