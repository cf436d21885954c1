package io.wsstream.core.channel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import io.wsstream.core.TerminalSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the terminal sizes of channel 4: one JSON object after the other, however they are cut into messages.
 *
 * <p>As in Go, names match in any case, unknown fields are skipped, a missing one is 0, the last of two wins, {@code
 * null} is 0x0, and only integers from 0 to 65535 will do. The first thing that is none of this ends the decoder for
 * good; unlike in Go, what comes later is then dropped instead of blocking the connection.
 *
 * <p><b>Threads:</b> owned by the connection's reader. <b>Memory:</b> one token, at most 64 KiB.
 *
 * <p>Source: {@code cri-streaming/pkg/streaming/remotecommand/resize.go}; PROTOCOL.md 6.4.
 */
public final class ResizeDecoder {
    private static final byte BYTE_ORDER_MARK = (byte) 0xEF;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(com.fasterxml.jackson.core.StreamReadConstraints.builder()
                    .maxStringLength(64 * 1024)
                    .maxNameLength(64 * 1024)
                    .build())
            .build();

    private final Consumer<TerminalSize> sizes;
    private @Nullable JsonParser parser;
    private boolean begun;
    private boolean dead;
    private int depth;
    private int columns;
    private int rows;
    private @Nullable String field;

    /**
     * A decoder at the start of a session.
     *
     * @param sizes told each size, in order; must not block
     */
    public ResizeDecoder(Consumer<TerminalSize> sizes) {
        this.sizes = sizes;
    }

    /** {@return the message payload for a size, as client-go writes it} */
    public static byte[] encode(TerminalSize size) {
        return ("{\"Width\":" + size.columns() + ",\"Height\":" + size.rows() + "}\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Takes payload of channel 4.
     *
     * @param payload consumed
     * @return false once, when this payload ended the decoder; true otherwise
     */
    public boolean decode(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        if (dead || bytes.length == 0) {
            return true;
        }
        if (!begun && beginsWithMark(bytes)) {
            dead = true;
            return false;
        }
        try {
            JsonParser in = parser();
            ((ByteArrayFeeder) in.getNonBlockingInputFeeder()).feedInput(bytes, 0, bytes.length);
            JsonToken token = in.nextToken();
            while (token != null && token != JsonToken.NOT_AVAILABLE) {
                take(in, token);
                token = in.nextToken();
            }
            return true;
        } catch (IOException | IllegalSizeException malformed) {
            dead = true;
            parser = null;
            return false;
        }
    }

    /** A byte order mark, which Jackson lets pass before the first size, and Go's decoder does not. */
    private boolean beginsWithMark(byte[] bytes) {
        for (byte next : bytes) {
            if (next != ' ' && next != '\t' && next != '\r' && next != '\n') {
                begun = true;
                return next == BYTE_ORDER_MARK;
            }
        }
        return false;
    }

    private JsonParser parser() throws IOException {
        if (parser == null) {
            parser = JSON.createNonBlockingByteArrayParser();
        }
        return parser;
    }

    private void take(JsonParser in, JsonToken token) throws IOException, IllegalSizeException {
        switch (token) {
            case START_OBJECT, START_ARRAY -> {
                if (depth == 0 && token == JsonToken.START_ARRAY) {
                    throw new IllegalSizeException();
                }
                if (depth == 1 && isSize(field)) {
                    throw new IllegalSizeException();
                }
                if (depth == 0) {
                    columns = 0;
                    rows = 0;
                }
                depth++;
            }
            case END_OBJECT, END_ARRAY -> {
                depth--;
                if (depth == 0) {
                    sizes.accept(new TerminalSize(columns, rows));
                }
            }
            case FIELD_NAME -> {
                if (depth == 1) {
                    field = in.currentName();
                }
            }
            default -> takeScalar(in, token);
        }
    }

    private void takeScalar(JsonParser in, JsonToken token) throws IOException, IllegalSizeException {
        if (depth == 0) {
            if (token != JsonToken.VALUE_NULL) {
                throw new IllegalSizeException();
            }
            sizes.accept(new TerminalSize(0, 0));
        } else if (depth == 1 && isSize(field) && token != JsonToken.VALUE_NULL) {
            if (token != JsonToken.VALUE_NUMBER_INT) {
                throw new IllegalSizeException();
            }
            long value = in.getLongValue();
            if (value < 0 || value > TerminalSize.MAX) {
                throw new IllegalSizeException();
            }
            if ("width".equalsIgnoreCase(field)) {
                columns = (int) value;
            } else {
                rows = (int) value;
            }
        }
    }

    private static boolean isSize(@Nullable String name) {
        return "width".equalsIgnoreCase(name) || "height".equalsIgnoreCase(name);
    }

    /** What came is JSON, but no size. */
    private static final class IllegalSizeException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
