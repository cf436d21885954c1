package io.wsstream.conformance.client;

import io.wsstream.conformance.wire.HttpHead;
import io.wsstream.conformance.wire.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the client under test connects: tells it of one pod, as clients ask before they exec, and keeps requests to upgrade
 * for the script.
 *
 * <p><b>Threads:</b> one, and one for each connection until its request to upgrade; {@link #close} ends them.
 */
final class UpgradeDesk implements AutoCloseable {
    private static final Duration REQUEST_BOUND = Duration.ofSeconds(30);
    private static final String POD_PATH = "/api/v1/namespaces/default/pods/conformance";

    /**
     * A request to upgrade that nobody answered yet.
     *
     * @param wire its connection
     * @param head as it came
     */
    record Upgrade(Wire wire, HttpHead head) {}

    private final ServerSocket listener;
    private final BlockingQueue<Upgrade> upgrades = new LinkedBlockingQueue<>();
    private final List<Wire> wires = new CopyOnWriteArrayList<>();

    UpgradeDesk() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept, "conformance-accept-" + listener.getLocalPort());
    }

    private static void start(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** {@return the next request to upgrade; null if none comes before the bound passes} */
    @Nullable
    Upgrade await(Duration bound) throws InterruptedException {
        return upgrades.poll(bound.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Wire wire = Wire.over(socket);
                wires.add(wire);
                start(() -> serve(wire), "conformance-serve-" + socket.getPort());
            } catch (IOException closed) {
                // The loop sees it.
            }
        }
    }

    private void serve(Wire wire) {
        for (HttpHead head = wire.readHead(REQUEST_BOUND); head != null; head = wire.readHead(REQUEST_BOUND)) {
            if (head.first("Upgrade").isPresent() || head.target().contains("/exec")) {
                upgrades.add(new Upgrade(wire, head));
                return;
            }
            wire.send(answer(head.target()));
        }
    }

    private static byte[] answer(String target) {
        String path = target.replaceFirst("\\?.*", "");
        return switch (path) {
            case POD_PATH ->
                json(
                        200,
                        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"conformance\",\"namespace\":\"default\"},"
                                + "\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"none\"}]},"
                                + "\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],"
                                + "\"containerStatuses\":[{\"name\":\"main\",\"ready\":true,\"image\":\"none\",\"imageID\":\"\","
                                + "\"restartCount\":0,\"state\":{\"running\":{}}}]}}");
            case "/version" ->
                json(200, "{\"major\":\"1\",\"minor\":\"35\",\"gitVersion\":\"v1.35.0\",\"platform\":\"linux/amd64\"}");
            case "/api" -> json(200, "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}");
            case "/apis" -> json(200, "{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[]}");
            case "/api/v1" ->
                json(
                        200,
                        "{\"kind\":\"APIResourceList\",\"groupVersion\":\"v1\",\"resources\":[{\"name\":\"pods\","
                                + "\"singularName\":\"pod\",\"namespaced\":true,\"kind\":\"Pod\",\"verbs\":[\"get\"]},"
                                + "{\"name\":\"pods/exec\",\"singularName\":\"\",\"namespaced\":true,"
                                + "\"kind\":\"PodExecOptions\",\"verbs\":[\"create\",\"get\"]}]}");
            default ->
                json(
                        404,
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                                + "\"message\":\"the harness has one pod, conformance in default\",\"reason\":\"NotFound\",\"code\":404}");
        };
    }

    private static byte[] json(int status, String body) {
        return ("HTTP/1.1 " + status + " " + (status == 200 ? "OK" : "Not Found")
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Wire wire : wires) {
            wire.close();
        }
    }
}
