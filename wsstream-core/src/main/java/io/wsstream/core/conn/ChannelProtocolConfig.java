package io.wsstream.core.conn;

import io.wsstream.core.ChannelProtocol;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.Subprotocol.Codec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a {@link Conn} is under one subprotocol name. Any name will do; CLOSE is known under {@code v5.channel.k8s.io}
 * only. Immutable.
 *
 * @param binary whether messages are raw bytes; otherwise they are base64 in text
 * @param channels the kinds of the channels; a channel's number is its place in the list
 */
public record ChannelProtocolConfig(boolean binary, List<ChannelType> channels) {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if there are more channels than the codec has numbers for
     */
    public ChannelProtocolConfig {
        channels = List.copyOf(channels);
        Codec codec = codec(binary);
        if (channels.size() > codec.maxChannels()) {
            throw new IllegalArgumentException(channels.size() + " channels in " + codec + "; expected at most "
                    + codec.maxChannels() + ", more have no number");
        }
    }

    /**
     * The same channels under the names that Kubernetes has for uses other than remote exec: none, {@code channel.k8s.io},
     * and {@code base64.channel.k8s.io}.
     *
     * @param channels their kinds
     * @return name to configuration
     */
    public static Map<String, ChannelProtocolConfig> defaults(List<ChannelType> channels) {
        Map<String, ChannelProtocolConfig> protocols = new LinkedHashMap<>();
        protocols.put(Subprotocol.NONE.wireName(), new ChannelProtocolConfig(true, channels));
        protocols.put(Subprotocol.V1.wireName(), new ChannelProtocolConfig(true, channels));
        protocols.put(Subprotocol.BASE64.wireName(), new ChannelProtocolConfig(false, channels));
        return Collections.unmodifiableMap(protocols);
    }

    private static Codec codec(boolean binary) {
        return binary ? Codec.RAW : Codec.BASE64;
    }

    /** {@return this configuration as a connection needs it, under the name that was agreed} */
    ChannelProtocol under(String name) {
        return new Agreed(name, codec(binary), binary && name.equals(Subprotocol.V5.wireName()));
    }

    private record Agreed(String wireName, Codec codec, boolean hasClose) implements ChannelProtocol {}
}
