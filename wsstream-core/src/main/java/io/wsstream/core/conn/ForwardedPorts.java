package io.wsstream.core.conn;

import io.wsstream.core.HandshakeException;
import io.wsstream.core.Quoted;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.Subprotocol.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ports of one port-forward connection in its classic form, where channels stand for ports: two for the i-th port, in
 * the order of the request.
 *
 * <pre>
 *  channel 2i      data, both ways       first message from the server: the port, 16 bits, little-endian
 *  channel 2i + 1  error, to the client  the same; then the text of what failed, if it does
 * </pre>
 *
 * <p>A port that is asked for twice has two pairs. A client cannot end one port alone; the server closes with 1000 when all
 * have ended.
 *
 * <p>Source: {@code cri-streaming/pkg/streaming/portforward/websocket.go}; PROTOCOL.md 8.1.
 *
 * @param ports each 1 to 65535, at most {@value #MAX_PORTS}
 */
public record ForwardedPorts(List<Integer> ports) {
    /** For more there are no channel numbers. */
    public static final int MAX_PORTS = 127;

    private static final int MAX_PORT = 0xFFFF;

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if there are too many, or a number is none of a port
     */
    public ForwardedPorts {
        ports = List.copyOf(ports);
        if (ports.size() > MAX_PORTS) {
            throw new IllegalArgumentException(ports.size() + " ports; expected at most " + MAX_PORTS);
        }
        for (int port : ports) {
            if (port < 1 || port > MAX_PORT) {
                throw new IllegalArgumentException("port " + port + "; expected 1 to " + MAX_PORT);
            }
        }
    }

    // ---------------------------------------------------------------- the request

    /**
     * Reads the ports of a request, in the words of Kubernetes where they are wrong.
     *
     * @param parameter its name: {@code ports} at an API server, {@code port} at a kubelet and a container runtime
     * @param values all its values, in order; each may be a list parted by commas
     * @return the ports
     * @throws HandshakeException with 400, if a value is no list of ports, or there is none
     */
    public static ForwardedPorts parse(String parameter, List<String> values) throws HandshakeException {
        if (values.isEmpty()) {
            throw refused("query parameter " + Quoted.of(parameter) + " is required");
        }
        List<Integer> ports = new ArrayList<>();
        for (String value : values) {
            if (value.isEmpty()) {
                throw refused("query parameter " + Quoted.of(parameter) + " cannot be empty");
            }
            for (String element : value.split(",", -1)) {
                int port = parse(element, value);
                if (port < 1) {
                    throw refused("port " + Quoted.of(value) + " must be > 0");
                }
                if (ports.size() == MAX_PORTS) {
                    throw refused("more than " + MAX_PORTS + " ports; there are no channel numbers for more");
                }
                ports.add(port);
            }
        }
        return new ForwardedPorts(ports);
    }

    /** As Go's {@code strconv.ParseUint(element, 10, 16)}: digits from left to right, the first thing wrong is told. */
    private static int parse(String element, String value) throws HandshakeException {
        int port = 0;
        boolean digits = !element.isEmpty();
        for (int i = 0; i < element.length() && digits && port <= MAX_PORT; i++) {
            char digit = element.charAt(i);
            digits = digit >= '0' && digit <= '9';
            port = port * 10 + (digit - '0');
        }
        if (!digits || port > MAX_PORT) {
            throw refused("unable to parse " + Quoted.of(value) + " as a port: strconv.ParseUint: parsing "
                    + Quoted.of(element) + ": " + (digits ? "value out of range" : "invalid syntax"));
        }
        return port;
    }

    private static HandshakeException refused(String message) {
        return new HandshakeException(message, 400, "", null);
    }

    // ---------------------------------------------------------------- the channels

    /**
     * The data channel of a port.
     *
     * @param index the port's place in the request
     * @return its number
     */
    public static int dataChannel(int index) {
        return 2 * index;
    }

    /**
     * The error channel of a port.
     *
     * @param index the port's place in the request
     * @return its number
     */
    public static int errorChannel(int index) {
        return 2 * index + 1;
    }

    /**
     * What a server can agree on: no name, {@code v4.channel.k8s.io}, and, up to 40 ports, {@code v4.base64.channel.k8s.io},
     * which has no numbers for more.
     *
     * @return name to configuration
     */
    public Map<String, ChannelProtocolConfig> protocols() {
        List<ChannelType> channels = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            channels.add(ChannelType.READ_WRITE);
            channels.add(ChannelType.WRITE);
        }
        Map<String, ChannelProtocolConfig> protocols = new LinkedHashMap<>();
        protocols.put(Subprotocol.NONE.wireName(), new ChannelProtocolConfig(true, channels));
        protocols.put(Subprotocol.V4.wireName(), new ChannelProtocolConfig(true, channels));
        if (channels.size() <= Codec.BASE64.maxChannels()) {
            protocols.put(Subprotocol.V4_BASE64.wireName(), new ChannelProtocolConfig(false, channels));
        }
        return Collections.unmodifiableMap(protocols);
    }

    /**
     * Opens the forwarding, at a server: says on every channel which port it is for, before anything else.
     *
     * @param conn a connection under one of {@link #protocols}
     */
    public void announce(Conn conn) {
        for (int i = 0; i < ports.size(); i++) {
            conn.channel(dataChannel(i)).send(ByteBuffer.wrap(header(ports.get(i))));
            conn.channel(errorChannel(i)).send(ByteBuffer.wrap(header(ports.get(i))));
        }
    }

    /**
     * What stands first on each channel.
     *
     * @param port 1 to 65535
     * @return its two bytes, the low one first
     */
    public static byte[] header(int port) {
        return new byte[] {(byte) port, (byte) (port >>> 8)};
    }

    /**
     * The text for the error channel of a port that could not be forwarded.
     *
     * @param port the port
     * @param pod the pod's name
     * @param uid its uid, or empty
     * @param why what failed
     * @return the text
     */
    public static String failure(int port, String pod, String uid, String why) {
        return "error forwarding port " + port + " to pod " + pod + ", uid " + uid + ": " + why;
    }
}
