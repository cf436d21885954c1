package io.wsstream.server.tyrus;

import io.wsstream.server.ServerLimits;
import io.wsstream.server.rest.HttpDecision;
import java.io.IOException;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpHeader;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.HttpServerFilter;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.nio.NIOConnection;

/** Grizzly's HTTP codec, but what it cannot read is refused as everything else is: with a Status that says why. */
final class HttpCodec extends HttpServerFilter {
    private final ServerLimits limits;
    private final ByteFilter connections;

    @SuppressWarnings("deprecation") // Grizzly 4 has no constructor that is not
    HttpCodec(ServerLimits limits, NetworkListener listener, ByteFilter connections) {
        super(true, limits.maxRequestHeadBytes(), null, listener.getKeepAlive(), null);
        this.limits = limits;
        this.connections = connections;
        setAllowPayloadForUndefinedHttpMethods(true);
    }

    /** The request was refused, and what follows it is dropped. */
    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public NextAction handleRead(FilterChainContext context) throws IOException {
        try {
            return super.handleRead(context);
        } catch (RefusedException answered) {
            return context.getStopAction();
        }
    }

    /** Does not return: Grizzly would forget the piece of a TLS record that it still holds, and the connection break. */
    @Override
    protected void onHttpHeaderError(HttpHeader header, FilterChainContext context, Throwable failure)
            throws RefusedException {
        HttpRequestPacket packet = (HttpRequestPacket) header;
        HttpDecision.Answer refusal;
        if (context.<Buffer>getMessage().remaining() >= limits.maxRequestHeadBytes()) {
            refusal = RequestFilter.refusal(
                    431,
                    "RequestHeaderFieldsTooLarge",
                    "request line and headers are longer than the " + limits.maxRequestHeadBytes()
                            + " bytes that this server takes; arguments of a command are part of the URL, send what is"
                            + " long through its stdin");
        } else if (packet.getResponse().getStatus() == 505) {
            refusal = RequestFilter.refusal(505, "HTTPVersionNotSupported", "use HTTP/1.1");
        } else {
            refusal = RequestFilter.refusal(
                    400, "BadRequest", "malformed HTTP request; expected HTTP/1.1 with one Host header");
        }
        context.write(encodeHttpPacket(context, RequestFilter.response(context, packet, refusal, true)));
        connections.end((NIOConnection) context.getConnection());
        throw new RefusedException();
    }

    /** The request was, or is, answered all the same: nobody needs its body. */
    @Override
    protected void onHttpContentError(HttpHeader header, FilterChainContext context, Throwable failure) {
        header.setContentBroken(true);
    }
}
