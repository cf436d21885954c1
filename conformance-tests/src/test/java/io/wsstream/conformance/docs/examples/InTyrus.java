package io.wsstream.conformance.docs.examples;

import io.wsstream.server.JakartaServer;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.ExecTarget;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Map;
import org.glassfish.tyrus.spi.ServerContainer;
import org.glassfish.tyrus.spi.ServerContainerFactory;

public class InTyrus {
    public static JakartaServer exec(ExecTarget target) {
        return WsStreamServer.builder()
                .pods(PodCatalog.of(Pod.of("p", "main")))
                .exec(target)
                .inContainer();
    }

    public static ServerContainer start(JakartaServer exec, int port) throws DeploymentException, IOException {
        ServerContainer tyrus = ServerContainerFactory.createServerContainer(Map.of());
        for (ServerEndpointConfig endpoint : exec.endpoints()) {
            tyrus.addEndpoint(endpoint);
        }
        tyrus.start("/", port);
        return tyrus;
    }
}
