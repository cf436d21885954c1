package io.wsstream.core.testing;

import io.wsstream.core.websocket.Role;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/** A server and a client with nothing between them but memory. Bytes move only when the test says so. */
public final class MemoryPipe {
    private final MemoryLink serverLink = new MemoryLink();
    private final MemoryLink clientLink = new MemoryLink();
    private final WebSocketTransport server;
    private final WebSocketTransport client;
    private boolean serverEnded;
    private boolean clientEnded;

    /** A pipe with the defaults of both sides. */
    public MemoryPipe() {
        this(WebSocketSettings.server(), WebSocketSettings.client());
    }

    /** A pipe with bounds. */
    public MemoryPipe(WebSocketSettings serverSettings, WebSocketSettings clientSettings) {
        server = new WebSocketTransport(Role.SERVER, serverLink, serverSettings);
        client = new WebSocketTransport(Role.CLIENT, clientLink, clientSettings);
    }

    /** {@return the server's end} */
    public WebSocketTransport server() {
        return server;
    }

    /** {@return the client's end} */
    public WebSocketTransport client() {
        return client;
    }

    /** {@return the link under the server} */
    public MemoryLink serverLink() {
        return serverLink;
    }

    /** {@return the link under the client} */
    public MemoryLink clientLink() {
        return clientLink;
    }

    /** Moves up to so many bytes to the client; returns whether anything happened. */
    public boolean toClient(int bytes) {
        boolean moved = move(serverLink, clientLink, client, bytes);
        return ends() || moved;
    }

    /** Moves up to so many bytes to the server; returns whether anything happened. */
    public boolean toServer(int bytes) {
        boolean moved = move(clientLink, serverLink, server, bytes);
        return ends() || moved;
    }

    /** Moves bytes both ways, in pieces of random sizes, until no byte moves any more. */
    public void run(Random random) {
        boolean moved = true;
        while (moved) {
            moved = toClient(size(random));
            moved |= toServer(size(random));
        }
    }

    /** Moves bytes one random way. */
    public void step(Random random) {
        if (random.nextBoolean()) {
            toClient(size(random));
        } else {
            toServer(size(random));
        }
    }

    private static int size(Random random) {
        return 1 + random.nextInt(random.nextInt(4) == 0 ? 100_000 : 50);
    }

    private static boolean move(MemoryLink from, MemoryLink to, WebSocketTransport receiver, int max) {
        if (to.isPaused()) {
            return false;
        }
        byte[] bytes = from.take(max);
        if (bytes.length > 0) {
            receiver.receive(ByteBuffer.wrap(bytes));
        }
        return bytes.length > 0;
    }

    private boolean ends() {
        boolean before = serverEnded && clientEnded;
        endOf(serverLink, clientLink);
        endOf(clientLink, serverLink);
        return !before && serverEnded && clientEnded;
    }

    /** A link that closes takes both ends with it, the far one after its last byte. */
    private void endOf(MemoryLink one, MemoryLink other) {
        boolean reset = one.isAborted();
        if (!reset && !(one.isClosing() && one.waiting() == 0)) {
            return;
        }
        IOException cause = reset ? new IOException("reset") : null;
        boolean serverIsOne = one == serverLink;
        if (serverIsOne ? !serverEnded : !clientEnded) {
            close(serverIsOne, cause);
        }
        if ((serverIsOne ? !clientEnded : !serverEnded) && (reset || !other.isPaused())) {
            other.dropWaiting();
            close(!serverIsOne, cause);
        }
    }

    private void close(boolean theServer, @org.jspecify.annotations.Nullable IOException cause) {
        if (theServer) {
            serverEnded = true;
            server.linkClosed(cause);
        } else {
            clientEnded = true;
            client.linkClosed(cause);
        }
    }
}
