package io.wsstream.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wsstream.client.ClientSettings;
import io.wsstream.client.ScriptedServer;
import io.wsstream.client.kubeconfig.ClusterAccess;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.WsTimeoutException;
import io.wsstream.core.transport.Transport;
import jakarta.websocket.ClientEndpointConfig;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.glassfish.tyrus.client.ClientManager;
import org.glassfish.tyrus.spi.ClientContainer;
import org.glassfish.tyrus.spi.ClientEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class DialerTest {
    private static final Duration BOUND = Duration.ofMillis(300);
    private static final ClientSettings SETTINGS = ClientSettings.defaults().withHandshakeBound(BOUND);

    @Test
    void anErrorThatTyrusLosesDoesNotHoldTheCallerForEver() {
        Dialer dialer = new Dialer(
                ClusterAccess.url(URI.create("http://127.0.0.1:1")), SETTINGS, () -> managerOf(LosesAnError.class));
        long begun = System.nanoTime();

        WsTimeoutException late = catchThrowableOfType(WsTimeoutException.class, () -> dialer.dial("/", BOUND));

        assertThat(late).hasMessageContaining("neither succeeded nor failed within 300 ms");
        assertThat(late.bound()).isEqualTo(BOUND);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(BOUND, Duration.ofSeconds(10));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void anInterruptWhileTyrusHangsIsTheCallersOwn() throws Exception {
        Dialer dialer = new Dialer(
                ClusterAccess.url(URI.create("http://127.0.0.1:1")),
                ClientSettings.defaults(),
                () -> managerOf(LosesAnError.class));
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        Thread caller = new Thread(() -> {
            try {
                dialer.dial("/", Duration.ofMinutes(1));
            } catch (Throwable thrown) {
                failure.set(thrown);
            }
            ended.countDown();
        });
        caller.start();
        caller.interrupt();

        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(failure.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void aHandshakeThatOnlyJustMadeItLeavesNoInterruptBehind() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
            peer.accept("v5.channel.k8s.io");
            peer.socket().getInputStream().readAllBytes();
        })) {
            Duration bound = Duration.ofSeconds(2);
            Dialer dialer =
                    new Dialer(server.access(), ClientSettings.defaults().withHandshakeBound(bound));

            Upgraded upgraded = dialer.dial("/", bound);

            // Longer than Tyrus would have been given.
            assertThat(new CountDownLatch(1).await(3200, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(Thread.interrupted()).isFalse();
            upgraded.link().abort();
        }
    }

    @Test
    void anErrorInTheUpgradeIsToldAtOnce() throws Exception {
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
            peer.accept("v5.channel.k8s.io");
            peer.socket().getInputStream().readAllBytes();
        })) {
            Dialer dialer = new Dialer(server.access(), ClientSettings.defaults(), () -> managerOf(BrokenEngine.class));

            WsStreamException failed =
                    catchThrowableOfType(WsStreamException.class, () -> dialer.dial("/", Duration.ofMinutes(1)));

            assertThat(failed).hasMessageContaining("NoClassDefFoundError: no/such/Class");
        }
    }

    @Test
    void anErrorInTheHandshakeIsToldAtOnce() throws Exception {
        try (ScriptedServer server =
                ScriptedServer.playing(peer -> peer.socket().getInputStream().readAllBytes())) {
            Dialer dialer = new Dialer(server.access("https").sslContext(new BrokenTls()), ClientSettings.defaults());

            WsStreamException failed =
                    catchThrowableOfType(WsStreamException.class, () -> dialer.dial("/", Duration.ofMinutes(1)));

            assertThat(failed).hasMessageContaining("NoClassDefFoundError: no/such/Class");
        }
    }

    @Test
    void anErrorOfTheReaderEndsTheConnectionForItsReceiver() throws Exception {
        CompletableFuture<WsStreamException> end = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.playing(peer -> {
            peer.accept("v5.channel.k8s.io");
            peer.message(1, "x");
            peer.socket().getInputStream().readAllBytes();
        })) {
            Upgraded upgraded =
                    new Dialer(server.access(), ClientSettings.defaults()).dial("/", Duration.ofSeconds(10));
            upgraded.transport().start(new Transport.Receiver() {
                @Override
                public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
                    throw new NoClassDefFoundError("no/such/Class");
                }

                @Override
                public void onWritable() {}

                @Override
                public void onClose(int code, String reason) {}

                @Override
                public void onEnd(@Nullable WsStreamException failure) {
                    end.complete(failure);
                }
            });

            assertThat(end.get(30, TimeUnit.SECONDS)).isNotNull();
            assertThat(upgraded.link().awaitEnd(Duration.ofSeconds(5))).isTrue();
        }
    }

    private static ClientManager managerOf(Class<? extends ClientContainer> container) {
        return ClientManager.createClient(container.getName());
    }

    /** Fails as code of Tyrus around our container would. */
    public static final class LosesAnError implements ClientContainer {
        @Override
        public void openClientSocket(ClientEndpointConfig config, Map<String, Object> properties, ClientEngine engine) {
            LoggerFactory.getLogger(LosesAnError.class).debug("lost");
            throw new NoClassDefFoundError("no/such/Class");
        }
    }

    /** Our container, over an engine of Tyrus in which a class is missing. */
    public static final class BrokenEngine implements ClientContainer {
        @Override
        public void openClientSocket(ClientEndpointConfig config, Map<String, Object> properties, ClientEngine engine)
                throws jakarta.websocket.DeploymentException, java.io.IOException {
            ClientEngine broken = (ClientEngine) java.lang.reflect.Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {ClientEngine.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("processResponse")) {
                            throw new NoClassDefFoundError("no/such/Class");
                        }
                        return method.invoke(engine, arguments);
                    });
            new TyrusSocketContainer().openClientSocket(config, properties, broken);
        }
    }

    /** TLS in which a class is missing. */
    private static final class BrokenTls extends SSLContext {
        BrokenTls() {
            super(new Broken(), null, "broken");
        }

        private static final class Broken extends SSLContextSpi {
            @Override
            protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {}

            @Override
            protected SSLSocketFactory engineGetSocketFactory() {
                throw new NoClassDefFoundError("no/such/Class");
            }

            @Override
            protected SSLServerSocketFactory engineGetServerSocketFactory() {
                throw new UnsupportedOperationException();
            }

            @Override
            protected SSLEngine engineCreateSSLEngine() {
                throw new UnsupportedOperationException();
            }

            @Override
            protected SSLEngine engineCreateSSLEngine(String host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            protected SSLSessionContext engineGetServerSessionContext() {
                throw new UnsupportedOperationException();
            }

            @Override
            protected SSLSessionContext engineGetClientSessionContext() {
                throw new UnsupportedOperationException();
            }
        }
    }
}
