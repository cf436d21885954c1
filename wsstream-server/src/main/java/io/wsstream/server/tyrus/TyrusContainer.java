package io.wsstream.server.tyrus;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Map;
import java.util.Set;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.WebSocketEngine;

/** Tyrus' server container without a server: sockets are the listener's. */
final class TyrusContainer extends TyrusServerContainer {
    private final TyrusWebSocketEngine engine =
            TyrusWebSocketEngine.builder(this).build();
    private final String contextPath;

    TyrusContainer(String contextPath) {
        super((Set<Class<?>>) null);
        this.contextPath = contextPath;
        setDefaultMaxSessionIdleTimeout(-1); // or each session has a task of nothing run by ten threads of Tyrus' own
    }

    @Override
    public void register(Class<?> endpointClass) throws DeploymentException {
        engine.register(endpointClass, contextPath);
    }

    @Override
    public void register(ServerEndpointConfig config) throws DeploymentException {
        engine.register(config, contextPath);
    }

    @Override
    public Map<String, Object> getProperties() {
        return Map.of();
    }

    @Override
    public WebSocketEngine getWebSocketEngine() {
        return engine;
    }
}
