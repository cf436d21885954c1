package io.wsstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line is not to be told: each is one line that says what was wrong, and nothing on stdout. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class BadInputTest {
    private static final String ONE_CONTEXT = """
        apiVersion: v1
        kind: Config
        current-context: c
        clusters: [{name: k, cluster: {%s}}]
        contexts: [{name: c, context: {cluster: %s, user: u}}]
        users: [{name: u, user: {%s}}]
        """;
    private static final String NOBODY = "server: 'https://127.0.0.1:1'";

    @TempDir
    static Path home;

    @BeforeAll
    void makeFiles() throws IOException {
        Logger.getLogger("").setLevel(Level.WARNING); // as main does
        Files.createDirectory(home.resolve("folder"));
        Files.write(home.resolve("binary"), new byte[] {0, (byte) 0xFF, 1, 'x'});
        write("empty", "");
        write("garbage", "words of no meaning\n");
        write("two-lines", "one\ntwo\n");
        write("broken.yaml", "a: [1\n");
        write("no-contexts.yaml", "apiVersion: v1\nkind: Config\n");
        write("no-cluster.yaml", ONE_CONTEXT.formatted(NOBODY, "other", ""));
        write("no-server.yaml", ONE_CONTEXT.formatted("", "k", ""));
        write("no-pem.yaml", ONE_CONTEXT.formatted(NOBODY + ", certificate-authority-data: '!!!'", "k", ""));
        write("half-pair.yaml", ONE_CONTEXT.formatted(NOBODY, "k", "client-key-data: aGk="));
        write("impersonates.yaml", ONE_CONTEXT.formatted(NOBODY, "k", "as: somebody"));
        String plugin = "exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin,"
                + " interactiveMode: Never}";
        write("plugin.yaml", ONE_CONTEXT.formatted(NOBODY, "k", plugin));
    }

    private static void write(String name, String text) throws IOException {
        Files.writeString(home.resolve(name), text);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " | ", textBlock = """
        ''                                                                 | 2 | --help
        no-such-command                                                    | 2 | no-such-command
        --no-such-option                                                   | 2 | --no-such-option
        exec                                                               | 2 | POD
        exec local --                                                      | 2 | no command
        exec local true                                                    | 2 | expected --
        exec --no-such-option local -- true                                | 2 | --no-such-option
        exec --timeout soon local -- true                                  | 2 | no duration; expected such as 30s
        exec --timeout -5s local -- true                                   | 2 | no duration
        exec --timeout 99999999999999999999s local -- true                 | 2 | no duration
        exec --server                                                      | 2 | --server
        exec --server https://a:1 --server https://b:1 local -- true       | 2 | only once
        exec --server ftp://x local -- true                                | 1 | ftp://x
        exec --server https:// local -- true                               | 1 | expected https://HOST
        exec --server https://127.0.0.1:99999 local -- true                | 1 | expected https://HOST
        exec --server https://u:secret@127.0.0.1:1 local -- true           | 1 | 'https://...@127.0.0.1:1'
        exec --server https://127.0.0.1:1?x=y local -- true                | 1 | expected https://HOST
        exec --server https://127.0.0.1:1 local -- true                    | 1 | Connection refused
        exec --server https://127.0.0.1:1 ../x -- true                     | 1 | pod '../x'
        exec --server https://127.0.0.1:1 -n .. local -- true              | 1 | namespace '..'
        exec --server https://127.0.0.1:1 --token tök local -- true        | 1 | token
        exec --server https://h --certificate-authority @none x -- true    | 1 | no such file: @none
        exec --server https://h --certificate-authority @folder x -- true  | 1 | folder
        exec --server https://h --certificate-authority @garbage x -- true | 1 | @garbage is no PEM
        exec --kubeconfig @none local -- true                              | 1 | @none: no such file
        exec --kubeconfig @folder local -- true                            | 1 | @folder: it is a directory
        exec --kubeconfig @empty local -- true                             | 1 | no contexts
        exec --kubeconfig @binary local -- true                            | 1 | malformed: it is not text
        exec --kubeconfig @garbage local -- true                           | 1 | malformed: expected YAML
        exec --kubeconfig @broken.yaml local -- true                       | 1 | malformed
        exec --kubeconfig @no-contexts.yaml local -- true                  | 1 | no contexts
        exec --kubeconfig @no-cluster.yaml local -- true                   | 1 | names cluster 'other', which is not in
        exec --kubeconfig @no-server.yaml local -- true                    | 1 | the server of a cluster
        exec --kubeconfig @no-pem.yaml local -- true                       | 1 | no PEM certificate
        exec --kubeconfig @half-pair.yaml local -- true                    | 1 | key without its certificate
        exec --kubeconfig @impersonates.yaml local -- true                 | 1 | impersonate
        exec --kubeconfig @plugin.yaml local -- true                       | 1 | plugin 'no-such-plugin'
        exec --kubeconfig @no-server.yaml --context other local -- true    | 1 | context 'other'
        serve extra                                                        | 2 | extra
        serve --listen :0                                                  | 2 | HOST:PORT
        serve --listen 127.0.0.1:-1                                        | 2 | 0 to 65535
        serve --host-exec --listen nosuch.invalid:0                        | 1 | nosuch.invalid
        serve --token-file @none                                           | 1 | token file @none does not exist
        serve --token-file @folder                                         | 1 | token file @folder cannot be read
        serve --token-file @two-lines                                      | 1 | one line
        serve --token-file @binary                                         | 1 | printable ASCII
        serve --tls-cert @none --tls-key @none                             | 1 | @none does not exist
        serve --tls-cert @folder --tls-key @folder                         | 1 | @folder cannot be read
        serve --tls-cert @garbage --tls-key @garbage                       | 1 | BEGIN CERTIFICATE
        serve --allowed-host a/b                                           | 1 | "a/b" is no host name
        serve --allowed-origin nonsense                                    | 1 | nonsense
        serve --allowed-origin https://x/path                              | 1 | https://x/path
        serve --kubeconfig @none/kubeconfig                                | 1 | its folder does not exist
        serve --kubeconfig @folder                                         | 1 | left alone
        conformance                                                        | 2 | server or client
        conformance server                                                 | 2 | no URL of a server
        conformance server non:sense                                       | 2 | non:sense
        conformance server http://127.0.0.1:1 --case nonsense              | 2 | nonsense
        conformance server http://127.0.0.1:1 --suite nonsense             | 2 | nonsense
        conformance server http://127.0.0.1:1 --deviations @none           | 1 | none
        conformance server http://127.0.0.1:1 --deviations @broken.yaml    | 1 | broken.yaml
        conformance client                                                 | 2 | expected -- COMMAND
        demo extra                                                         | 2 | extra
        """)
    void isOneErrorLine(String words, int exitCode, String told) {
        String[] line = words.isEmpty() ? new String[0] : words.split(" ");
        for (int i = 0; i < line.length; i++) {
            line[i] = files(line[i]);
        }
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        StringWriter out = new StringWriter();
        PrintStream before = System.err;
        int code;
        System.setErr(new PrintStream(err, true, UTF_8)); // where logs go, too
        try {
            code = Main.commandLine()
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err, true, UTF_8))
                    .execute(line);
        } finally {
            System.setErr(before);
        }

        assertThat(err.toString(UTF_8)).startsWith("error: ").hasLineCount(1).contains(files(told));
        assertThat(err.toString(UTF_8)).doesNotContain("secret", "Exception", "Cannot invoke", "null");
        assertThat(err.toString(UTF_8).contains("--help")).isEqualTo(exitCode == Main.USAGE);
        assertThat(code).isEqualTo(exitCode);
        assertThat(out.toString()).isEmpty();
    }

    /** A word with an at sign before it is a file of this test. */
    private static String files(String text) {
        return text.replaceAll("(^| )@", "$1" + home + "/");
    }
}
