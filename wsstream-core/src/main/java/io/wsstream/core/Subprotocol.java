package io.wsstream.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The WebSocket subprotocols of remote exec, and what each of them can say.
 *
 * <pre>
 *                              codec    resize   status   CLOSE
 *  (no name)                   raw      -        text     -
 *  channel.k8s.io       (v1)   raw      -        text     -
 *  base64.channel.k8s.io       base64   -        text     -
 *  v2.channel.k8s.io           raw      -        text     -
 *  v3.channel.k8s.io           raw      yes      text     -
 *  v4.channel.k8s.io           raw      yes      JSON     -
 *  v4.base64.channel.k8s.io    base64   yes      JSON     -
 *  v5.channel.k8s.io           raw      yes      JSON     yes
 * </pre>
 *
 * <p>A server reads channel 4 under every name, as the container runtimes do; the resize column says what a client may
 * count on.
 *
 * <p>Source: {@code cri-streaming/pkg/streaming/remotecommand/websocket.go}, {@code wsstream/conn.go}; PROTOCOL.md 4.
 */
public enum Subprotocol implements ChannelProtocol {
    /** No subprotocol at all: what a client without the header gets. */
    NONE("", Codec.RAW, 1),
    /** The first name. */
    V1("channel.k8s.io", Codec.RAW, 1),
    /** The first name, in text messages. */
    BASE64("base64.channel.k8s.io", Codec.BASE64, 1),
    /** Same bytes as v1. */
    V2("v2.channel.k8s.io", Codec.RAW, 2),
    /** Adds resize. */
    V3("v3.channel.k8s.io", Codec.RAW, 3),
    /** Adds the JSON status and with it the exit code. */
    V4("v4.channel.k8s.io", Codec.RAW, 4),
    /** v4 in text messages. */
    V4_BASE64("v4.base64.channel.k8s.io", Codec.BASE64, 4),
    /** Adds CLOSE: half-close of stdin. */
    V5("v5.channel.k8s.io", Codec.RAW, 5);

    /** How a message carries channel and payload. */
    public enum Codec {
        /** Binary message: one channel byte, then the payload as it is. */
        RAW(255),
        /** Text message: one digit for the channel, then the payload in standard padded base64. */
        BASE64(80);

        private final int maxChannels;

        Codec(int maxChannels) {
            this.maxChannels = maxChannels;
        }

        /**
         * How many channels there can be: 255 is no channel number, and from 80 on {@code '0'} + number is no ASCII. Go
         * writes such a number as two bytes, and reads neither of them.
         *
         * @return the most
         */
        public int maxChannels() {
            return maxChannels;
        }
    }

    private final String wireName;
    private final Codec codec;
    private final int version;

    Subprotocol(String wireName, Codec codec, int version) {
        this.wireName = wireName;
        this.codec = codec;
        this.version = version;
    }

    /** {@return the name in {@code Sec-WebSocket-Protocol}; empty for {@link #NONE}} */
    @Override
    public String wireName() {
        return wireName;
    }

    @Override
    public Codec codec() {
        return codec;
    }

    /** {@return whether the status on channel 3 is JSON; before v4 it is plain text, and success is silence} */
    public boolean hasJsonStatus() {
        return version >= 4;
    }

    /** {@return whether a client may send terminal sizes} */
    public boolean hasResize() {
        return version >= 3;
    }

    @Override
    public boolean hasClose() {
        return version >= 5;
    }

    /**
     * Finds a subprotocol by its exact, case-sensitive name.
     *
     * @param wireName a name as offered
     * @return the subprotocol, or null when the name is none of ours
     */
    public static @Nullable Subprotocol of(String wireName) {
        for (Subprotocol candidate : values()) {
            if (candidate.wireName.equals(wireName)) {
                return candidate;
            }
        }
        return null;
    }

    /**
     * Chooses as Kubernetes does: the first of the client's list that the server supports; the server has no
     * preference. A client that offers nothing has offered {@link #NONE}.
     *
     * @param offered names in the client's order, as {@link #parseOffer} gives them
     * @param supported what this server speaks, in any order
     * @return the choice, or null when there is none: answer 403, never 101
     */
    public static @Nullable Subprotocol select(List<String> offered, Collection<Subprotocol> supported) {
        String name = selectName(
                offered, supported.stream().map(Subprotocol::wireName).toList());
        return name == null ? null : of(name);
    }

    /**
     * Chooses among names of any kind, in the same way.
     *
     * @param offered names in the client's order, as {@link #parseOffer} gives them
     * @param supported the names that this server speaks; the empty one is for a client that offers nothing
     * @return the choice, or null when there is none
     */
    public static @Nullable String selectName(List<String> offered, Collection<String> supported) {
        if (offered.isEmpty()) {
            return supported.contains(NONE.wireName) ? NONE.wireName : null;
        }
        for (String name : offered) {
            if (!name.isEmpty() && supported.contains(name)) {
                return name;
            }
        }
        return null;
    }

    /**
     * Splits {@code Sec-WebSocket-Protocol} headers into names. Repeated lines count as one comma list (RFC 9110
     * 5.3) and empty elements are ignored; Go reads only the first line.
     *
     * @param headerLines the values of all header lines, in order
     * @return the names, trimmed, in order
     */
    public static List<String> parseOffer(Collection<String> headerLines) {
        List<String> names = new ArrayList<>();
        for (String line : headerLines) {
            for (String element : line.split(",", -1)) {
                String name = element.strip();
                if (!name.isEmpty()) {
                    names.add(name);
                }
            }
        }
        return List.copyOf(names);
    }
}
