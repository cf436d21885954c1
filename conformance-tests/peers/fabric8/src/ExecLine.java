import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The command line of the clients that are no command of their own, see README: {@code exec --kubeconfig FILE [-i] [-t]
 * [--resize COLUMNSxROWS] [--timeout SECONDS] POD -- COMMAND...}; client-java links here.
 */
final class ExecLine {
    static final int GAVE_UP = 124;

    final List<String> command = new ArrayList<>();
    String kubeconfig = "";
    String pod = "";
    boolean stdin;
    boolean tty;
    int columns;
    int rows;
    long timeoutSeconds = 60;

    private ExecLine(String... words) {
        Iterator<String> rest = List.of(words).iterator();
        if (!rest.hasNext() || !rest.next().equals("exec")) {
            throw new IllegalArgumentException("expected exec ...");
        }
        while (rest.hasNext()) {
            String word = rest.next();
            switch (word) {
                case "--kubeconfig" -> kubeconfig = rest.next();
                case "-i" -> stdin = true;
                case "-t" -> tty = true;
                case "--resize" -> {
                    String[] size = rest.next().split("x");
                    columns = Integer.parseInt(size[0]);
                    rows = Integer.parseInt(size[1]);
                }
                case "--timeout" -> timeoutSeconds = Long.parseLong(rest.next());
                case "--" -> rest.forEachRemaining(command::add);
                default -> pod = word;
            }
        }
    }

    interface Client {
        /** Returns the exit code of the command. */
        int exec(ExecLine line) throws Exception;
    }

    /** Ends this program with the exit code of the command, or with one line and 1. */
    static void run(String[] words, Client client) {
        int code = 1;
        try {
            code = client.exec(new ExecLine(words));
        } catch (Exception failed) {
            System.err.println("error: " + failed.getMessage());
        }
        System.exit(code);
    }

    /** Standard output, where the first byte of the command makes the window change its size. */
    OutputStream output(Runnable resize) {
        return new FilterOutputStream(System.out) {
            private boolean resized = columns == 0;

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                out.flush();
                if (!resized) {
                    resized = true;
                    resize.run();
                }
            }
        };
    }
}
