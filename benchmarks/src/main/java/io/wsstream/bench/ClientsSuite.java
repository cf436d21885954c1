package io.wsstream.bench;

import io.wsstream.bench.ExecLoad.Stdin.Counter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Our client beside the other clients in Java, one session at a time, all on one server of ours: how fast stdout and stdin
 * are, how long one byte takes there and back, how soon the first byte comes, and what of its heap each client takes for
 * that.
 *
 * <p>Each has a JVM of its own, runs the same loop ({@link ClientOrders}) on its own libraries, and is measured by itself.
 * A peer that loses bytes, fails or hangs is told of and left out from then on.
 */
final class ClientsSuite extends ForkedSuite {
    private static final int MIB = 1 << 20;

    private final Options options;
    private final boolean quick;
    private final ExecJobs jobs = new ExecJobs();

    ClientsSuite(Options options) {
        this.options = options;
        this.quick = options.quick();
    }

    @Override
    public void start() throws IOException {
        Forked ours = started(Forked.jvm(BenchClient.class, options.jvm()));
        Map<String, Forked> peers = new LinkedHashMap<>();
        peers.put("fabric8", started(JavaPeer.fabric8(options.jvm())));
        peers.put("client-java", started(JavaPeer.clientJava(options.jvm())));

        Order.Address plain = address(started(Forked.jvm(BenchServer.class, options.jvm())), "");
        race("", "", all(), ours, peers, plain);
        if (!quick) {
            SelfSigned identity = newIdentity();
            Forked server = started(Forked.jvm(
                    BenchServer.class,
                    options.jvm(),
                    identity.certificate().toString(),
                    identity.key().toString()));
            race("tls-", "TLS ", few(), ours, peers, address(server, identity.pem()));
        }
    }

    private List<ExecLoad> all() {
        return List.of(
                stdout(64, 8),
                stdout(4 * ExecLoad.KIB, 32),
                stdout(32 * ExecLoad.KIB, 64),
                stdin(64, 4),
                stdin(4 * ExecLoad.KIB, 64),
                stdin(32 * ExecLoad.KIB, 256),
                new ExecLoad.Echo(true, 1, half(2_000)),
                connect(false),
                connect(true));
    }

    private List<ExecLoad> few() {
        return List.of(stdout(32 * ExecLoad.KIB, 64), stdin(32 * ExecLoad.KIB, 256), connect(true));
    }

    private ExecLoad stdout(int frame, int mib) {
        return new ExecLoad.Stdout(true, frame, (long) half(mib) * MIB);
    }

    private ExecLoad stdin(int frame, int mib) {
        return new ExecLoad.Stdin(Counter.SERVER_TO_LAST_BYTE, frame, (long) half(mib) * MIB);
    }

    /** By a client that stays there are more, since it takes less. */
    private ExecLoad connect(boolean again) {
        return new ExecLoad.Connect(again, half(again ? 100 : 50), half(again ? 500 : 100));
    }

    private int half(int amount) {
        return quick ? amount / 2 : amount;
    }

    private void race(
            String id,
            String what,
            List<ExecLoad> loads,
            Forked ourClient,
            Map<String, Forked> peers,
            Order.Address address) {
        ExecStack ours = new ExecStack(what + "ours", ourClient, null, address);
        peers.forEach((name, client) -> {
            ExecStack theirs = new ExecStack(what + name, client, null, address);
            loads.forEach(load -> race(id + name + "-", what + name + ": ", load, ours, theirs));
        });
    }

    private void race(String id, String what, ExecLoad load, ExecStack ours, ExecStack theirs) {
        Job our = jobs.of(load, ours);
        Job their = jobs.of(load, theirs).mayFail();
        rows.addAll(load.rows(id, what, our, their));
        if (load instanceof ExecLoad.Rate rate && Allocated.isCounted()) {
            rows.add(rate.allocationRow(id, our, their));
        }
    }

    @Override
    public Map<String, String> peers() throws IOException {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("fabric8", GoPeer.version("fabric8"));
        versions.put("client-java", GoPeer.version("client-java"));
        return versions;
    }
}
