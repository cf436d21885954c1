package io.wsstream.server.rest;

import io.wsstream.server.EndpointRequest;
import io.wsstream.server.WebSocketEndpoint;
import io.wsstream.server.exec.ExecRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What to do with a request: answer it, or upgrade it. */
public sealed interface HttpDecision {
    /**
     * Write this response; a WebSocket never comes of it.
     *
     * <p>The listener adds {@code Content-Length} and {@code Date}. When {@code headers} hold {@code Connection: close} it
     * closes the connection after the response: what follows on it may be anything.
     *
     * @param status the HTTP status code
     * @param headers name to value, {@code Content-Type} included
     * @param body the bytes; the array is not copied, do not change it
     */
    @SuppressWarnings("ArrayRecordComponent") // a response goes to one socket, once
    record Answer(int status, Map<String, String> headers, byte[] body) implements HttpDecision {
        /** Copies the headers, in order. */
        public Answer {
            headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        }

        /** {@return the status code only} */
        @Override
        public String toString() {
            return "Answer[" + status + "]";
        }
    }

    /** Complete the WebSocket handshake with 101 and serve the request: every rule of the handshake has been checked. */
    sealed interface Upgrade extends HttpDecision {
        /**
         * The value of {@code Sec-WebSocket-Protocol}.
         *
         * @return the name; empty means to leave that header out, which the JDK's client insists on
         */
        String selectedSubprotocol();

        /** {@return where the request belongs, encoded and below the path prefix: it may have come by another path} */
        String path();
    }

    /**
     * Upgrade to an exec.
     *
     * @param request what to serve
     */
    record ExecUpgrade(ExecRequest request) implements Upgrade {
        @Override
        public String selectedSubprotocol() {
            return request.subprotocol().wireName();
        }

        @Override
        public String path() {
            return "/api/v1/namespaces/" + segment(request.namespace()) + "/pods/" + segment(request.pod()) + "/exec";
        }

        /** A catalog may know names that no path can hold as they are. */
        private static String segment(String name) {
            return URLEncoder.encode(name, StandardCharsets.UTF_8);
        }
    }

    /**
     * Upgrade to an endpoint of the program's own.
     *
     * @param request what to serve
     * @param endpoint who serves it
     */
    record EndpointUpgrade(EndpointRequest request, WebSocketEndpoint endpoint) implements Upgrade {
        @Override
        public String selectedSubprotocol() {
            return request.subprotocol();
        }

        @Override
        public String path() {
            return request.path();
        }
    }
}
