package io.wsstream.bench;

import io.kubernetes.client.Exec;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.credentials.AccessTokenAuthentication;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The official client in a process of its own. */
public final class BenchClientJava {
    private BenchClientJava() {}

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
        private final ApiClient client;
        private final String pod;

        Client(Order.Address address) {
            ClientBuilder builder = new ClientBuilder()
                    .setBasePath(address.url())
                    .setAuthentication(new AccessTokenAuthentication(address.token()))
                    .setVerifyingSsl(!address.ca().isEmpty());
            if (!address.ca().isEmpty()) {
                builder.setCertificateAuthority(address.ca().getBytes(StandardCharsets.UTF_8));
            }
            this.client = builder.build();
            this.pod = address.pod();
        }

        @Override
        public ClientOrders.Session exec(List<String> command, boolean stdin, Duration bound)
                throws ApiException, IOException {
            Process process =
                    new Exec(client).exec("default", pod, command.toArray(new String[0]), "main", stdin, false);
            return new Session(process, process.getInputStream(), bound); // asked for later it may be refused
        }

        @Override
        public void close() {
            client.getHttpClient().dispatcher().executorService().shutdown();
            client.getHttpClient().connectionPool().evictAll();
        }
    }

    private record Session(Process process, InputStream stdout, Duration bound) implements ClientOrders.Session {
        @Override
        public OutputStream stdin() {
            return process.getOutputStream();
        }

        @Override
        public boolean endsStdin() {
            return true;
        }

        @Override
        public void awaitSuccess() throws Exception {
            if (!process.waitFor(bound.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the session does not end");
            }
            if (process.exitValue() != 0) {
                throw new IOException("the session ended with: exit code " + process.exitValue());
            }
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
