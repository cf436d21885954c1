package io.wsstream.bench;

import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.ServerContainer;
import org.glassfish.tyrus.spi.ServerContainerFactory;

/**
 * Tyrus as it comes, on its own Grizzly, with plain messages: {@code /source?bytes=N&frame=N}, {@code /sink} and
 * {@code /echo} as the peer in Go has them. Ends when stdin ends.
 */
public final class BenchTyrus {
    /** Kept, or their level would go with the garbage. */
    private static final List<Logger> LOGGERS =
            List.of(Logger.getLogger("org.glassfish.grizzly"), Logger.getLogger("org.glassfish.tyrus"));

    private BenchTyrus() {}

    /**
     * The entry point.
     *
     * @param args none
     * @throws IOException if it cannot listen
     * @throws DeploymentException if an endpoint is not taken
     */
    public static void main(String[] args) throws IOException, DeploymentException {
        LOGGERS.forEach(logger -> logger.setLevel(Level.WARNING));
        ServerContainer tyrus = ServerContainerFactory.createServerContainer(Map.of());
        tyrus.addEndpoint(
                ServerEndpointConfig.Builder.create(Source.class, "/source").build());
        tyrus.addEndpoint(
                ServerEndpointConfig.Builder.create(Sink.class, "/sink").build());
        tyrus.addEndpoint(
                ServerEndpointConfig.Builder.create(Echo.class, "/echo").build());
        tyrus.start("/", 0);
        Orders.serve("ws://127.0.0.1:" + ((TyrusServerContainer) tyrus).getPort());
        tyrus.stop();
    }

    /** Sends as fast as Tyrus takes it, on a thread of its own. */
    public static final class Source extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            long bytes = number(session, "bytes");
            byte[] pattern = Pattern.frame((int) number(session, "frame"));
            Thread thread = new Thread(() -> send(session, bytes, pattern), "bench-source");
            thread.setDaemon(true);
            thread.start();
        }

        private static long number(Session session, String name) {
            return Long.parseLong(session.getRequestParameterMap()
                    .getOrDefault(name, List.of())
                    .get(0));
        }

        private static void send(Session session, long bytes, byte[] pattern) {
            try {
                for (long left = bytes; left > 0; left -= pattern.length) {
                    session.getBasicRemote()
                            .sendBinary(ByteBuffer.wrap(pattern, 0, (int) Math.min(left, pattern.length)));
                }
                session.close();
            } catch (IOException gone) {
                // The client has what it wants.
            }
        }
    }

    /** Counts binary messages until a text message, and answers with the count. */
    public static final class Sink extends Endpoint {
        private long count; // one call at a time

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(
                    ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) message -> count += message.remaining());
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) end -> {
                try {
                    session.getBasicRemote().sendText(Long.toString(count));
                    session.close(new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, ""));
                } catch (IOException gone) {
                    throw new UncheckedIOException(gone);
                }
            });
        }
    }

    /** Sends back what comes. */
    public static final class Echo extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) message -> {
                try {
                    session.getBasicRemote().sendBinary(message);
                } catch (IOException gone) {
                    throw new UncheckedIOException(gone);
                }
            });
        }
    }
}
