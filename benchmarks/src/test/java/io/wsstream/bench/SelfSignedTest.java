package io.wsstream.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.server.TlsIdentity;
import java.net.URI;
import org.junit.jupiter.api.Test;

class SelfSignedTest {
    @Test
    void serversServeItClientsTrustItAndNothingIsLeftBehind() throws Exception {
        SelfSigned files = SelfSigned.create();

        try (files) {
            assertThat(TlsIdentity.load(files.certificate(), files.key()).names())
                    .containsExactly("127.0.0.1");
            assertThatCode(() ->
                            ClusterAccess.url(URI.create("https://127.0.0.1")).caPem(files.pem()))
                    .doesNotThrowAnyException();
        }

        assertThat(files.key().getParent()).doesNotExist();
    }
}
