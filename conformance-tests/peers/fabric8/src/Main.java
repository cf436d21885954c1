import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.TtyExecErrorChannelable;
import java.io.File;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code exec} by fabric8's client, as its users write it. */
final class Main {
    private Main() {}

    public static void main(String[] words) {
        ExecLine.run(words, Main::exec);
    }

    private static int exec(ExecLine line) throws Exception {
        Config config = Config.fromKubeconfig(new File(line.kubeconfig));
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            return exec(client.pods().inNamespace("default").withName(line.pod), line);
        }
    }

    private static int exec(ContainerResource pod, ExecLine line) throws Exception {
        CompletableFuture<ExecWatch> opened = new CompletableFuture<>();
        OutputStream output = line.output(() -> opened.thenAccept(watch -> watch.resize(line.columns, line.rows)));
        TtyExecErrorChannelable streams = line.stdin
                ? pod.redirectingInput().writingOutput(output).writingError(System.err)
                : pod.writingOutput(output).writingError(System.err);
        String[] command = line.command.toArray(new String[0]);
        try (ExecWatch watch = line.tty ? streams.withTTY().exec(command) : streams.exec(command)) {
            opened.complete(watch);
            if (line.stdin) {
                try (OutputStream stdin = watch.getInput()) {
                    System.in.transferTo(stdin);
                }
            }
            Integer code = watch.exitCode().get(line.timeoutSeconds, TimeUnit.SECONDS);
            if (code == null) {
                throw new IllegalStateException("closed without a status");
            }
            return code;
        } catch (TimeoutException stillRuns) {
            return ExecLine.GAVE_UP;
        }
    }
}
