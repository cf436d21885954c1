package io.wsstream.conformance.jakarta;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.docs.examples.InTyrus;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.Subprotocol;
import io.wsstream.server.JakartaServer;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.ServerContainer;
import org.junit.jupiter.api.Test;

/** docs/howto/jakarta.md: Tyrus as it comes, on its own Grizzly. */
class StockTyrusIT extends ContainerIT {
    @Override
    Container start(JakartaServer exec) throws Exception {
        ServerContainer tyrus = InTyrus.start(exec, 0);
        return new Container() {
            @Override
            public int port() {
                return ((TyrusServerContainer) tyrus).getPort();
            }

            @Override
            public void stop() {
                tyrus.stop();
            }
        };
    }

    @Test
    void whoIsRefusedFindsTheConnectionClosedAndNo101() throws Exception {
        assertThat(refusal("nosuch"))
                .isInstanceOf(ConnectionLostException.class)
                .hasMessageContaining("before it answered");
        assertThat(refusal("p", Subprotocol.V3)).isInstanceOf(ConnectionLostException.class);
        assertThat(exec.liveSessions()).isZero();
    }
}
