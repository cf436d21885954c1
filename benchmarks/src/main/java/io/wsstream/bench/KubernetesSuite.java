package io.wsstream.bench;

import io.wsstream.bench.ExecLoad.Stdin.Counter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An exec from end to end: our client, our server and a process beside client-go, the apiserver's translator, the CRI
 * streaming server and the same process.
 *
 * <p>Both clients take the same orders, both servers start the same commands on pipes, and one clock measures the rates
 * of both, from the order to the answer; latencies are the clients' own.
 */
final class KubernetesSuite extends ForkedSuite {
    private static final int MIB = 1 << 20;
    /** A handshake was seen to become faster during some 3,000 of them. */
    private static final int WARM_UP_SESSIONS = 1000;

    private final Options options;
    private final boolean quick;
    private final ExecJobs jobs = new ExecJobs();
    private final Map<String, String> versions = new LinkedHashMap<>();

    KubernetesSuite(Options options) {
        this.options = options;
        this.quick = options.quick();
    }

    @Override
    public void start() throws IOException {
        Forked ourClient = started(Forked.jvm(BenchClient.class, options.jvm()));
        Forked clientGo = started(GoPeer.clientGo());
        Forked ourServer = started(Forked.jvm(BenchServer.class, options.jvm()));
        Forked kubernetes = started(GoPeer.kubernetes());
        Order.Address atOurs = address(ourServer, "");
        Order.Address atTheirs = address(kubernetes, "");

        ExecStack ours = new ExecStack("ours", ourClient, ourServer, atOurs);
        ExecStack theirs = new ExecStack("kubernetes", clientGo, kubernetes, atTheirs);
        race("", "", all(false), ours, theirs);
        race("", "", List.of(connect()), ours, theirs);
        race("inprocess-", "no process: ", all(true), ours, theirs);
        race("server-", "server: ", few(), new ExecStack("client-go, our server", clientGo, ourServer, atOurs), theirs);
        race("client-", "client: ", few(), new ExecStack("our client", ourClient, kubernetes, atTheirs), theirs);
        if (!quick) {
            addTls(ourClient, clientGo);
        }
        versions.put("go", System.getProperty("wsstream.bench.go", "?"));
        versions.put("client-go", GoPeer.version("client-go"));
        versions.put("kubernetes", GoPeer.version("kubernetes"));
    }

    private void addTls(Forked ourClient, Forked clientGo) throws IOException {
        SelfSigned identity = newIdentity();
        String certificate = identity.certificate().toString();
        String key = identity.key().toString();
        Forked ourServer = started(Forked.jvm(BenchServer.class, options.jvm(), certificate, key));
        Forked kubernetes = started(GoPeer.kubernetes("-tls-cert", certificate, "-tls-key", key));
        ExecStack ours = new ExecStack("TLS ours", ourClient, ourServer, address(ourServer, identity.pem()));
        ExecStack theirs = new ExecStack("TLS kubernetes", clientGo, kubernetes, address(kubernetes, identity.pem()));
        race("tls-", "TLS ", few(), ours, theirs);
        race("tls-", "TLS ", List.of(new ExecLoad.Connect(true, half(200), WARM_UP_SESSIONS)), ours, theirs);
    }

    private List<ExecLoad> all(boolean inProcess) {
        return List.of(
                stdout(inProcess, 64, inProcess ? 4 : 16),
                stdout(inProcess, 4 * ExecLoad.KIB, inProcess ? 96 : 192),
                stdout(inProcess, 32 * ExecLoad.KIB, 256),
                stdin(inProcess, 64, 4),
                stdin(inProcess, 4 * ExecLoad.KIB, 64),
                stdin(inProcess, 32 * ExecLoad.KIB, 128),
                new ExecLoad.Echo(inProcess, 1, half(2_000)),
                new ExecLoad.Echo(inProcess, 50, half(200)));
    }

    /** Enough to tell one side from the other, and what TLS costs. */
    private List<ExecLoad> few() {
        return List.of(
                stdout(false, 32 * ExecLoad.KIB, 256),
                stdin(false, 32 * ExecLoad.KIB, 128),
                new ExecLoad.Echo(false, 1, half(2_000)),
                connect());
    }

    private ExecLoad stdout(boolean inProcess, int frame, int mib) {
        return new ExecLoad.Stdout(inProcess, frame, (long) half(mib) * MIB);
    }

    private ExecLoad stdin(boolean inProcess, int frame, int mib) {
        Counter counter = inProcess ? Counter.SERVER : Counter.PROCESS;
        return new ExecLoad.Stdin(counter, frame, (long) half(mib) * MIB);
    }

    private ExecLoad connect() {
        return new ExecLoad.Connect(false, half(200), WARM_UP_SESSIONS);
    }

    private int half(int amount) {
        return quick ? amount / 2 : amount;
    }

    private void race(String id, String what, List<ExecLoad> loads, ExecStack ours, ExecStack theirs) {
        for (ExecLoad load : loads) {
            rows.addAll(load.rows(id, what, jobs.of(load, ours), jobs.of(load, theirs)));
        }
    }

    @Override
    public Map<String, String> peers() {
        return versions;
    }
}
