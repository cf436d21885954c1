package io.wsstream.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubeconfigWriterTest {
    private static final URI SERVER = URI.create("https://127.0.0.1:8443");
    private static final byte[] CA = "pem".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("kubeconfig");
    }

    @Test
    void theFileIsCompleteAndItsOwnersAlone() throws Exception {
        new KubeconfigWriter(file).write(SERVER, CA, "s3cret\"\\");

        assertThat(Files.readString(file)).isEqualTo("""
                # written by wsstream; it will be overwritten
                apiVersion: v1
                kind: Config
                clusters:
                - name: wsstream
                  cluster:
                    server: "https://127.0.0.1:8443"
                    certificate-authority-data: cGVt
                users:
                - name: wsstream
                  user:
                    token: "s3cret\\"\\\\"
                contexts:
                - name: wsstream
                  context:
                    cluster: wsstream
                    user: wsstream
                    namespace: default
                current-context: wsstream
                """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFileThatWsstreamWroteIsOverwritten() throws Exception {
        new KubeconfigWriter(file).write(SERVER, CA, "first");

        new KubeconfigWriter(file).write(SERVER, CA, "second");

        assertThat(file).content().contains("second").doesNotContain("first");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "apiVersion: v1\n",
                " # written by wsstream; it will be overwritten\n",
                "# written by wsstream; it will be overwritten",
                "# written by wsstream; it will be overwritten soon\n",
                "\n# written by wsstream; it will be overwritten\n",
                "\u0000\u00ff"
            })
    void aForeignFileIsLeftAlone(String content) throws Exception {
        Files.writeString(file, content);

        assertThatThrownBy(() -> new KubeconfigWriter(file).write(SERVER, CA, "s3cret"))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("left alone")
                .hasMessageNotContaining("s3cret");

        assertThat(file).hasContent(content);
    }

    @Test
    void aLinkOrAFolderIsForeign() throws Exception {
        Path target = folder.resolve("target");
        new KubeconfigWriter(target).write(SERVER, CA, "first");
        Files.createSymbolicLink(file, target);

        assertThatThrownBy(() -> new KubeconfigWriter(file).write(SERVER, CA, "second"))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> new KubeconfigWriter(folder).write(SERVER, CA, "second"))
                .isInstanceOf(FileAlreadyExistsException.class);

        assertThat(target).content().contains("first");
    }

    @Test
    void aMissingFolderIsNamed() {
        assertThatThrownBy(() -> new KubeconfigWriter(folder.resolve("none/kubeconfig")).write(SERVER, CA, "s3cret"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("folder does not exist");
    }

    @Test
    void aReaderNeverSeesHalfAFile() throws Exception {
        new KubeconfigWriter(file).write(SERVER, CA, "t".repeat(100_000));
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger halves = new AtomicInteger();
        Thread reader = new Thread(() -> {
            while (!done.get()) {
                try {
                    if (!Files.readString(file).endsWith("current-context: wsstream\n")) {
                        halves.incrementAndGet();
                    }
                } catch (IOException absent) {
                    halves.incrementAndGet();
                }
            }
        });
        reader.start();

        for (int i = 0; i < 200; i++) {
            new KubeconfigWriter(file).write(SERVER, CA, "t".repeat(100_000 + i));
        }

        done.set(true);
        reader.join();
        assertThat(halves).hasValue(0);
    }

    @Test
    void deleteRemovesWhatThisWriterWrote() throws Exception {
        KubeconfigWriter writer = new KubeconfigWriter(file);
        assertThat(writer.delete()).isFalse();
        writer.write(SERVER, CA, "s3cret");

        assertThat(writer.delete()).isTrue();

        assertThat(file).doesNotExist();
        assertThat(writer.delete()).isFalse();
    }

    @Test
    void deleteLeavesAFileThatSomebodyElseWrote() throws Exception {
        KubeconfigWriter first = new KubeconfigWriter(file);
        first.write(SERVER, CA, "s3cret");
        new KubeconfigWriter(file).write(SERVER, CA, "other1");

        assertThat(first.delete()).isFalse();

        assertThat(file).exists();
    }
}
