package io.wsstream.cli;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/**
 * The first half of a TLS handshake, with nobody: a JVM that has made keys for a hello makes the next in no time. Cold it
 * takes a tenth of a second, as long as options and kubeconfig do, so it goes on beside them.
 *
 * <p><b>Threads:</b> one of its own, daemon. <b>Blocking:</b> never.
 */
final class TlsWarmUp {
    private TlsWarmUp() {}

    static void start() {
        Thread thread = new Thread(TlsWarmUp::hello, "wsstream-tls-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    private static void hello() {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[0], null); // null would read the JVM's CAs
            SSLEngine engine = tls.createSSLEngine();
            engine.setUseClientMode(true);
            engine.beginHandshake();
            engine.wrap(
                    ByteBuffer.allocate(0),
                    ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
        } catch (GeneralSecurityException | SSLException lacking) {
            // Whoever needs it is told why.
        }
    }
}
