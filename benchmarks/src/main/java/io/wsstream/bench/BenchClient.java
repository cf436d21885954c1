package io.wsstream.bench;

import io.wsstream.client.WsStreamClient;
import io.wsstream.client.exec.ExecRequest;
import io.wsstream.client.exec.ExecSession;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.ExecResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Our client in a process of its own. */
public final class BenchClient {
    private BenchClient() {}

    /**
     * The entry point.
     *
     * @param args none
     * @throws IOException if stdin or stdout fail
     */
    public static void main(String[] args) throws IOException {
        ClientOrders.serve(Client::new);
    }

    private static final class Client implements ClientOrders.Client {
        private final WsStreamClient client;
        private final String pod;

        Client(Order.Address address) throws IOException {
            ClusterAccess access = ClusterAccess.url(URI.create(address.url())).token(address.token());
            this.client = WsStreamClient.of(
                    address.ca().isEmpty() ? access.insecureSkipTlsVerify() : access.caPem(address.ca()));
            this.pod = address.pod();
        }

        @Override
        public ClientOrders.Session exec(List<String> command, boolean stdin, Duration bound)
                throws IOException, InterruptedException {
            ExecRequest request = client.pod("default", pod).command(command).timeout(bound);
            return new Session((stdin ? request : request.withoutStdin()).start());
        }

        /** It holds nothing beside its sessions. */
        @Override
        public void close() {}
    }

    private record Session(ExecSession session) implements ClientOrders.Session {
        @Override
        public InputStream stdout() {
            return session.stdout();
        }

        @Override
        public OutputStream stdin() {
            return session.stdin();
        }

        @Override
        public boolean endsStdin() {
            return true;
        }

        @Override
        public void awaitSuccess() throws IOException, InterruptedException {
            ExecResult result = session.await();
            if (!result.isSuccess()) {
                throw new IOException("the session ended with: " + result.describe());
            }
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
