package io.wsstream.conformance;

import io.wsstream.conformance.wire.Frame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subprotocol as the harness reads and writes it, strictly.
 *
 * <p>Source: PROTOCOL.md 4, 5.1, 5.2, 9.
 */
public enum Dialect {
    /** No name at all. */
    NONE("none", "", false, 1),
    /** The first name. */
    V1("v1", "channel.k8s.io", false, 1),
    /** The first name, in base64. */
    BASE64("base64", "base64.channel.k8s.io", true, 1),
    /** As the first. */
    V2("v2", "v2.channel.k8s.io", false, 2),
    /** With resize. */
    V3("v3", "v3.channel.k8s.io", false, 3),
    /** With a status. */
    V4("v4", "v4.channel.k8s.io", false, 4),
    /** With a status, in base64. */
    V4_BASE64("v4.base64", "v4.base64.channel.k8s.io", true, 4),
    /** With CLOSE. */
    V5("v5", "v5.channel.k8s.io", false, 5),
    /** One-way bytes without channels. */
    BINARY("binary", "binary.k8s.io", false, 0),
    /** One-way bytes without channels, in base64. */
    BASE64_BINARY("base64.binary", "base64.binary.k8s.io", true, 0);

    /** The channel of input. */
    public static final int STDIN = 0;
    /** The channel of output. */
    public static final int STDOUT = 1;
    /** The channel of error output. */
    public static final int STDERR = 2;
    /** The channel of the status. */
    public static final int ERROR = 3;
    /** The channel of terminal sizes. */
    public static final int RESIZE = 4;

    /** The number of the CLOSE signal. */
    public static final int CLOSE = 255;

    private static final List<String> CHANNEL_NAMES = List.of("stdin", "stdout", "stderr", "error", "resize");

    /** Those that multiplex channels, best first. */
    private static final List<Dialect> BY_PREFERENCE = List.of(V5, V4, V4_BASE64, V1, BASE64, NONE, V3, V2);

    private final String label;
    private final String wireName;
    private final boolean base64;
    private final int version;

    Dialect(String label, String wireName, boolean base64, int version) {
        this.label = label;
        this.wireName = wireName;
        this.base64 = base64;
        this.version = version;
    }

    /** {@return what case files and reports call it} */
    public String label() {
        return label;
    }

    /** {@return its name in {@code Sec-WebSocket-Protocol}; empty for none} */
    public String wireName() {
        return wireName;
    }

    /** {@return whether messages are text in base64} */
    public boolean isBase64() {
        return base64;
    }

    /** {@return whether the error channel carries JSON} */
    public boolean hasJsonStatus() {
        return version >= 4;
    }

    /** {@return whether a client may send terminal sizes} */
    public boolean hasResize() {
        return version >= 3;
    }

    /** {@return whether there is a CLOSE} */
    public boolean hasClose() {
        return version >= 5;
    }

    /** {@return whether the first byte of a message is its channel} */
    public boolean hasChannels() {
        return version >= 1;
    }

    /** {@return the opcode that its messages should have} */
    public int opcode() {
        return base64 ? Frame.TEXT : Frame.BINARY;
    }

    /** {@return the dialect of a label; null if there is none} */
    public static @Nullable Dialect ofLabel(String label) {
        return Arrays.stream(values())
                .filter(dialect -> dialect.label.equals(label))
                .findFirst()
                .orElse(null);
    }

    /** {@return the channel that a case names, by its name or as {@code channel-N}; -1 if it is none} */
    static int channelNamed(String name) {
        return name.matches("channel-[0-9]+")
                ? Integer.parseInt(name.substring("channel-".length()))
                : CHANNEL_NAMES.indexOf(name);
    }

    /** {@return what a person calls a channel of a process} */
    static String channelName(int channel) {
        return channel < CHANNEL_NAMES.size() ? CHANNEL_NAMES.get(channel) : "channel " + channel;
    }

    /** {@return the most able of some; there must be one} */
    public static Dialect best(Collection<Dialect> some) {
        return BY_PREFERENCE.stream().filter(some::contains).findFirst().orElseThrow();
    }

    /** {@return a message} */
    byte[] encode(int channel, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (hasChannels()) {
            out.write(base64 ? '0' + channel : channel);
        }
        out.writeBytes(base64 ? Base64.getEncoder().encode(payload) : payload);
        return out.toByteArray();
    }

    /** {@return the channel of a message that has at least one byte; 0 where there are no channels} */
    int channelOf(byte[] message) {
        return !hasChannels() ? 0 : base64 ? (message[0] - '0') & 0xFF : message[0] & 0xFF;
    }

    /** {@return what a message carries; null if it is no canonical base64 where it should be} */
    byte @Nullable [] payloadOf(byte[] message) {
        byte[] rest = hasChannels() ? Arrays.copyOfRange(message, 1, message.length) : message;
        if (!base64) {
            return rest;
        }
        try {
            byte[] payload = Base64.getDecoder().decode(rest);
            return Base64.getEncoder().encodeToString(payload).equals(new String(rest, StandardCharsets.ISO_8859_1))
                    ? payload
                    : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    @Override
    public String toString() {
        return label;
    }
}
