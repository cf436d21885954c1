package io.wsstream.bench;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** fabric8's client in a process of its own, with the HTTP client that it comes with. */
public final class BenchFabric8 {
    private BenchFabric8() {}

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
        private final KubernetesClient client;
        private final String pod;

        Client(Order.Address address) {
            ConfigBuilder config = new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                    .withMasterUrl(address.url())
                    .withOauthToken(address.token());
            if (!address.ca().isEmpty()) {
                config.withCaCertData(
                        Base64.getEncoder().encodeToString(address.ca().getBytes(StandardCharsets.UTF_8)));
            }
            this.client =
                    new KubernetesClientBuilder().withConfig(config.build()).build();
            this.pod = address.pod();
        }

        @Override
        public ClientOrders.Session exec(List<String> command, boolean stdin, Duration bound) {
            ContainerResource container = client.pods().inNamespace("default").withName(pod);
            String[] words = command.toArray(new String[0]);
            ExecWatch watch = stdin
                    ? container.redirectingInput().redirectingOutput().exec(words)
                    : container.redirectingOutput().exec(words);
            return new Session(watch, bound);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private record Session(ExecWatch watch, Duration bound) implements ClientOrders.Session {
        @Override
        public InputStream stdout() {
            return watch.getOutput();
        }

        /** It gathers 8 KiB unless it is flushed. */
        @Override
        public OutputStream stdin() {
            return new FilterOutputStream(watch.getInput()) {
                @Override
                public void write(int b) throws IOException {
                    out.write(b);
                    out.flush();
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    out.write(bytes, offset, length);
                    out.flush();
                }
            };
        }

        @Override
        public boolean endsStdin() {
            return false;
        }

        @Override
        public void awaitSuccess() throws Exception {
            Integer code = watch.exitCode().get(bound.toSeconds(), TimeUnit.SECONDS);
            if (code == null || code != 0) {
                throw new IOException("the session ended with: exit code " + code);
            }
        }

        @Override
        public void close() {
            watch.close();
        }
    }
}
