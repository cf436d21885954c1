import io.kubernetes.client.Exec;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.util.Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code exec} by the official Java client, as its users write it. */
final class Main {
    private Main() {}

    public static void main(String[] words) {
        ExecLine.run(words, Main::exec);
    }

    private static int exec(ExecLine line) throws Exception {
        ApiClient client = Config.fromConfig(line.kubeconfig);
        String[] command = line.command.toArray(new String[0]);
        Exec.ExecProcess process =
                (Exec.ExecProcess) new Exec(client).exec("default", line.pod, command, "main", line.stdin, line.tty);
        // At once, and one thread each: after the end it gives no stream out, and a full one holds up the other.
        CompletableFuture<Void> stdout = copy(process.getInputStream(), line.output(() -> resize(process, line)));
        CompletableFuture<Void> stderr = copy(process.getErrorStream(), System.err);
        if (line.stdin) {
            try (OutputStream stdin = process.getOutputStream()) {
                System.in.transferTo(stdin);
            }
        }
        if (!process.waitFor(line.timeoutSeconds, TimeUnit.SECONDS)) {
            process.destroy();
            return ExecLine.GAVE_UP;
        }
        CompletableFuture.allOf(stdout, stderr).get(line.timeoutSeconds, TimeUnit.SECONDS);
        int code = process.exitValue();
        if (code < 0) {
            throw new IllegalStateException("no exit code, but " + code);
        }
        return code;
    }

    private static void resize(Exec.ExecProcess process, ExecLine line) {
        try {
            process.resize(line.columns, line.rows);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static CompletableFuture<Void> copy(InputStream from, OutputStream to) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        from.transferTo(to);
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                },
                task -> new Thread(task).start());
    }
}
