package io.wsstream.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;

/**
 * One way to run programs, in a process of its own. Reads one order a line and answers as the peer {@code creack-pty} does,
 * see there: {@code spawn N SHELL}, {@code echo N SHELL}, {@code output BYTES SHELL}, {@code hold N SHELL}.
 */
public final class BenchPty {
    private static final Duration GIVE_UP = Duration.ofMinutes(2);

    private BenchPty() {}

    /**
     * The entry point.
     *
     * @param args the way: {@code terminal}, {@code streams}, {@code pipes}, {@code pty4j} or {@code processbuilder}
     * @throws IOException if stdin or stdout fail
     */
    public static void main(String[] args) throws IOException {
        Timer timer = new Timer("bench-give-up", true);
        try (PtyLoad load = load(args[0])) {
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                TimerTask giveUp = giveUp(order);
                timer.schedule(giveUp, GIVE_UP.toMillis());
                Map<String, Object> answer;
                try {
                    answer = run(load, order.split(" ", 3));
                } catch (InterruptedException | IOException | RuntimeException failed) {
                    answer = Map.of("error", failed.toString());
                }
                giveUp.cancel();
                System.out.println(Forked.JSON.writeValueAsString(answer));
            }
        }
        System.exit(0); // threads of pty4j go on while its processes live
    }

    private static PtyLoad load(String way) {
        return switch (way) {
            case "terminal" -> new ListenerLoad(true);
            case "pipes" -> new ListenerLoad(false);
            case "streams" -> BlockingLoad.ours();
            case "pty4j" -> BlockingLoad.pty4j();
            case "processbuilder" -> BlockingLoad.processBuilder();
            default -> throw new IllegalArgumentException("no way " + way);
        };
    }

    private static TimerTask giveUp(String order) {
        return new TimerTask() {
            @Override
            public void run() {
                System.err.println("no end after " + GIVE_UP.toSeconds() + " s: " + order);
                Runtime.getRuntime().halt(1);
            }
        };
    }

    private static Map<String, Object> run(PtyLoad load, String[] order) throws IOException, InterruptedException {
        long number = Long.parseLong(order[1]);
        String shell = order[2];
        return switch (order[0]) {
            case "spawn" -> spawn(load, (int) number, shell);
            case "echo" -> Latencies.answer(load.echoMicros(shell, (int) number));
            case "output" ->
                Map.of("bytes", number, "mibPerSecond", number / 1048576.0 / load.outputSeconds(shell, number));
            case "hold" -> hold(load, (int) number, shell);
            default -> throw new IllegalArgumentException("no order " + order[0]);
        };
    }

    private static Map<String, Object> spawn(PtyLoad load, int times, String shell)
            throws IOException, InterruptedException {
        double[] micros = new double[times];
        for (int i = 0; i < times; i++) {
            micros[i] = load.firstByteMicros(shell);
        }
        return Latencies.answer(micros);
    }

    private static Map<String, Object> hold(PtyLoad load, int count, String shell)
            throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            load.hold(shell);
        }
        return Map.of("live", count);
    }
}
