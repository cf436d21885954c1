package io.wsstream.conformance.mutants;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.wsstream.conformance.wire.Frame;
import io.wsstream.conformance.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * One session of {@link ReferenceServer}: frames in, a process, frames out.
 *
 * <p><b>Threads:</b> the connection's reads; those of {@link ReferenceProcess} send output, status and Close.
 */
final class ReferenceSession {
    private static final int LIMIT_BYTES = 32 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final ReferenceServer server;
    private final Wire wire;
    private final ReferenceServer.ExecQuery query;
    private final boolean base64;
    private final boolean json;
    private final boolean v5;
    private final CountDownLatch closeSent = new CountDownLatch(1);
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private boolean inMessage;
    private String sizes = "";
    private boolean sizesEnded;
    private @Nullable ReferenceProcess process;

    ReferenceSession(ReferenceServer server, Wire wire, String subprotocol, ReferenceServer.ExecQuery query) {
        this.server = server;
        this.wire = wire;
        this.query = query;
        this.base64 = subprotocol.contains("base64");
        this.json = subprotocol.startsWith("v4") || subprotocol.startsWith("v5");
        this.v5 = subprotocol.startsWith("v5");
    }

    private boolean has(ServerFault fault) {
        return server.has(fault);
    }

    // The life of a session.

    void run() throws IOException, InterruptedException {
        int opening = query.stdout() ? 1 : query.stderr() ? 2 : 3;
        if (!has(ServerFault.NO_OPENING) && !has(ServerFault.OPENING_WITH_THE_OUTPUT)) {
            send(opening, new byte[0]);
        }
        if (has(ServerFault.OPENING_ON_EVERY_CHANNEL)) {
            send(2, new byte[0]);
            send(3, new byte[0]);
        }
        if (has(ServerFault.STATUS_BEFORE_THE_OUTPUT)) {
            sendStatus(0);
        }
        process = new ReferenceProcess(query, server, this::output, this::ended);
        try {
            int code = read();
            if (code > 0) {
                close(code);
            }
            // All that was sent goes out; what still comes is dropped.
            if (!has(ServerFault.NEVER_ENDS_TCP)) {
                if (closeSent.getCount() == 0 && !has(ServerFault.RESET_AT_THE_END)) {
                    wire.finish();
                }
                wire.readBytes(1 << 20, Duration.ofSeconds(2));
            } else {
                wire.readBytes(1 << 20, Duration.ofSeconds(30));
            }
        } finally {
            process.kill();
        }
        if (has(ServerFault.RESET_AT_THE_END)) {
            wire.reset();
        }
    }

    private void output(int channel, byte[] bytes) {
        boolean asked = channel == 1 ? query.stdout() : query.stderr();
        if (asked || has(ServerFault.UNASKED_OUTPUT_SENT)) {
            boolean onStderr = query.tty() && has(ServerFault.TERMINAL_OUTPUT_ON_STDERR);
            int shown = onStderr ? 2 : has(ServerFault.STDERR_ON_STDOUT) ? 1 : channel;
            send(shown, has(ServerFault.OUTPUT_CUT) ? Arrays.copyOf(bytes, bytes.length / 2) : bytes);
        }
    }

    /** The process has ended and its output is sent. */
    private void ended(int exitCode) {
        if (has(ServerFault.NO_CLOSE)) {
            try {
                wire.finish();
            } catch (IOException | InterruptedException gone) {
                // So be it.
            }
            return;
        }
        if (has(ServerFault.STATUS_AFTER_CLOSE)) {
            close(1000);
        }
        if (has(ServerFault.EMPTY_MESSAGE_SENT)) {
            frame(Frame.of(Frame.BINARY, new byte[0]));
        }
        if (!has(ServerFault.NO_STATUS)) {
            sendStatus(exitCode);
        }
        if (has(ServerFault.STATUS_TWICE)) {
            sendStatus(exitCode);
        }
        close(has(ServerFault.ILLEGAL_CODE_SENT) ? 1005 : 1000);
        if (has(ServerFault.RESET_AT_THE_END)) {
            try {
                wire.reset();
            } catch (IOException | InterruptedException gone) {
                // So be it.
            }
        }
    }

    private void sendStatus(int exitCode) {
        boolean asJson = (json && !has(ServerFault.TEXT_FROM_V4_ON)) || has(ServerFault.JSON_BEFORE_V4);
        String words = "command terminated with non-zero exit code: exit status " + exitCode;
        String code = has(ServerFault.EXIT_CODE_AS_NUMBER) ? "" + exitCode : "\"" + exitCode + "\"";
        boolean success = exitCode == 0 || has(ServerFault.EXIT_CODE_LOST);
        String text = asJson
                ? success
                        ? "{\"metadata\":{},\"status\":\"Success\"}"
                        : "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"" + words
                                + "\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\","
                                + "\"message\":" + code + "}]}}"
                : success ? (json ? "ok" : "") : words;
        if (!text.isEmpty()) {
            send(3, (text + (has(ServerFault.NEWLINE_AFTER_THE_STATUS) ? "\n" : "")).getBytes(UTF_8));
        }
    }

    // Frames out.

    private void send(int channel, byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(base64 ? '0' + channel : channel);
        if (base64) {
            Base64.Encoder encoder = Base64.getEncoder();
            bytes.writeBytes(
                    (has(ServerFault.BASE64_WITHOUT_PADDING) ? encoder.withoutPadding() : encoder).encode(payload));
        } else {
            bytes.writeBytes(payload);
        }
        byte[] all = bytes.toByteArray();
        int opcode = base64 != has(ServerFault.WRONG_OPCODE_SENT) ? Frame.TEXT : Frame.BINARY;
        if (has(ServerFault.FRAGMENTS_SENT) && all.length > 2) {
            frame(Frame.of(opcode, Arrays.copyOf(all, 2)).fin(false));
            frame(Frame.of(Frame.CONTINUATION, Arrays.copyOfRange(all, 2, all.length)));
        } else {
            frame(Frame.of(opcode, all));
        }
    }

    private void frame(Frame.Builder frame) {
        if (has(ServerFault.MASKED_SENT)) {
            frame.masked(7);
        }
        if (has(ServerFault.LONG_LENGTH_SENT)) {
            frame.lengthForm(Frame.LengthForm.EIGHT_BYTES);
        }
        synchronized (closeSent) {
            if (closeSent.getCount() > 0 || has(ServerFault.STATUS_AFTER_CLOSE)) {
                wire.send(frame.build().encode());
            }
        }
    }

    private void close(int code) {
        synchronized (closeSent) {
            frame(Frame.of(
                    Frame.CLOSE,
                    code == Frame.NO_CODE && !has(ServerFault.ILLEGAL_CODE_SENT)
                            ? new byte[0]
                            : ReferenceServer.closePayload(code)));
            closeSent.countDown();
        }
    }

    // Frames in.

    /** {@return the code to close with; 0 at the end of TCP} */
    private int read() throws IOException, InterruptedException {
        while (true) {
            Frame frame = wire.readFrame(Duration.ofMillis(200));
            long length = frame == null ? wire.unfinishedLength() : frame.payload().length;
            int limit = has(ServerFault.SMALL_LIMIT) ? 1 << 19 : LIMIT_BYTES;
            if (length < 0 || (length + message.size() > limit && !has(ServerFault.NO_LIMIT))) {
                return 1009;
            }
            if (frame == null) {
                if (wire.end() != null) {
                    return 0;
                }
                continue;
            }
            int code = take(frame);
            if (code != 0) {
                return code;
            }
        }
    }

    /** {@return the code to close with; 0 to go on} */
    private int take(Frame frame) {
        boolean isData = frame.opcode() <= Frame.BINARY;
        boolean known = isData || (frame.opcode() >= Frame.CLOSE && frame.opcode() <= Frame.PONG);
        if ((frame.rsv() != 0 && !has(ServerFault.RESERVED_BIT_TAKEN))
                || (!known && !has(ServerFault.RESERVED_OPCODE_TAKEN))
                || (!frame.masked() && !has(ServerFault.UNMASKED_TAKEN))
                || (frame.lengthForm() != Frame.LengthForm.shortestOf(frame.payload().length)
                        && !has(ServerFault.LONG_LENGTH_TAKEN))
                || (frame.isControl() && !frame.fin() && !has(ServerFault.FRAGMENTED_CONTROL_TAKEN))
                || (frame.isControl() && frame.payload().length > 125 && !has(ServerFault.LONG_CONTROL_TAKEN))) {
            return 1002;
        }
        return switch (frame.opcode()) {
            case Frame.CLOSE -> takeClose(frame);
            case Frame.PING -> takePing(frame);
            case Frame.CONTINUATION, Frame.TEXT, Frame.BINARY -> takeData(frame);
            default -> 0;
        };
    }

    private int takePing(Frame ping) {
        if (!has(ServerFault.PING_IGNORED)) {
            frame(Frame.of(Frame.PONG, has(ServerFault.PONG_WITHOUT_PAYLOAD) ? new byte[0] : ping.payload()));
        }
        if (has(ServerFault.PING_BREAKS_FRAGMENTS)) {
            message.reset();
        }
        return 0;
    }

    private int takeClose(Frame close) {
        int code = close.closeCode();
        if (code == -1 && !has(ServerFault.HALF_A_CODE_TAKEN)) {
            return 1002;
        }
        boolean reserved = code == 1004 || code == 1006 || (code == Frame.NO_CODE && close.payload().length > 0);
        boolean legal = !reserved && ((code >= 1000 && code <= 1014) || (code >= 3000 && code <= 4999));
        if (!legal && !has(ServerFault.ILLEGAL_CODE_TAKEN) && !has(ServerFault.HALF_A_CODE_TAKEN)) {
            return 1002;
        }
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(close.closeReason()));
        } catch (CharacterCodingException notUtf8) {
            return 1007;
        }
        if (has(ServerFault.CLOSE_UNANSWERED)) {
            closeSent.countDown();
        }
        return legal ? code : 1000;
    }

    private int takeData(Frame frame) {
        boolean continues = frame.opcode() == Frame.CONTINUATION;
        if (has(ServerFault.FRAGMENTS_CUT)) {
            return takeMessage(frame.payload());
        }
        if (continues != inMessage
                && !(continues
                        ? has(ServerFault.CONTINUATION_OF_NOTHING_TAKEN)
                        : has(ServerFault.MESSAGE_INSIDE_A_MESSAGE_TAKEN))) {
            return 1002;
        }
        if (frame.opcode() == Frame.TEXT && !base64 && has(ServerFault.TEXT_REFUSED)) {
            return 1003;
        }
        inMessage = !frame.fin();
        message.writeBytes(frame.payload());
        if (inMessage) {
            return 0;
        }
        byte[] whole = message.toByteArray();
        message.reset();
        return takeMessage(whole);
    }

    private int takeMessage(byte[] bytes) {
        if (bytes.length == 0) {
            return has(ServerFault.EMPTY_MESSAGE_KILLS) ? 1002 : 0;
        }
        boolean closes = v5 || (has(ServerFault.HALF_CLOSE_BEFORE_V5) && !base64);
        if (bytes[0] == (byte) 0xFF && closes) {
            return takeHalfClose(bytes);
        }
        int bits = has(ServerFault.BASE64_CHANNEL_WITHOUT_ITS_HIGH_BITS) ? 0x0F : 0xFF;
        int channel = base64 ? (bytes[0] - '0') & bits : bytes[0] & 0xFF;
        byte[] payload = Arrays.copyOfRange(bytes, 1, bytes.length);
        if (base64) {
            if (bytes.length == 1 && has(ServerFault.BASE64_CHARACTER_ALONE_KILLS)) {
                return 1002;
            }
            String breaks = has(ServerFault.BASE64_WITH_LINE_BREAKS_DROPPED) ? "" : "[\r\n]";
            String text = new String(payload, UTF_8).replaceAll(breaks, "");
            try {
                if (text.length() % 4 != 0) {
                    throw new IllegalArgumentException("no padding");
                }
                payload = Base64.getDecoder().decode(text);
            } catch (IllegalArgumentException noBase64) {
                return has(ServerFault.BROKEN_BASE64_KILLS) ? 1002 : 0;
            }
        }
        return takePayload(channel, payload);
    }

    private int takePayload(int channel, byte[] payload) {
        ReferenceProcess to = process;
        if (to == null) {
            return 0;
        }
        if (channel == 0) {
            if (has(ServerFault.STDIN_ECHOED_ON_ITS_CHANNEL)) {
                send(0, payload);
            }
            if (payload.length == 0 && has(ServerFault.EMPTY_PAYLOAD_ENDS_STDIN)) {
                to.endInput();
            }
            if (to.isInputEnded() && has(ServerFault.HALF_CLOSED_STDIN_KILLS)) {
                return 1002;
            }
            to.input(has(ServerFault.INPUT_TAKEN_FOR_TEXT) ? new String(payload, UTF_8).getBytes(UTF_8) : payload);
        } else if (channel == (has(ServerFault.RESIZE_ON_3_ONLY) ? 3 : 4)) {
            return takeSize(to, new String(payload, UTF_8));
        } else if (channel > 4 && has(ServerFault.UNKNOWN_CHANNEL_KILLS)) {
            return 1002;
        }
        return 0;
    }

    private int takeHalfClose(byte[] bytes) {
        if (has(ServerFault.HALF_CLOSE_IGNORED)) {
            return 0;
        }
        if (has(ServerFault.HALF_CLOSE_ENDS_ALL)) {
            return 1000;
        }
        boolean short_ = bytes.length == 2 || (bytes.length > 2 && has(ServerFault.HALF_CLOSE_TOO_LONG_TAKEN));
        if (!short_ || ((bytes[1] & 0xFF) > 4 && !has(ServerFault.HALF_CLOSE_OF_UNKNOWN_TAKEN))) {
            return 1002;
        }
        if (bytes[1] == 0 && !query.stdin() && has(ServerFault.HALF_CLOSE_OF_NO_STDIN_KILLS)) {
            return 1002;
        }
        if (process != null && (bytes[1] == 0 || has(ServerFault.HALF_CLOSE_OF_ANY_CHANNEL_ENDS_STDIN))) {
            process.endInput();
        }
        sizesEnded |= bytes[1] == 4;
        return 0;
    }

    private int takeSize(ReferenceProcess to, String text) {
        if (!query.tty() && has(ServerFault.RESIZE_BLOCKS_WITHOUT_TERMINAL)) {
            wire.readBytes(Integer.MAX_VALUE, Duration.ofSeconds(20));
            return 1002;
        }
        if (sizesEnded) {
            if (has(ServerFault.RESIZE_ERROR_STOPS_READING)) {
                wire.readBytes(Integer.MAX_VALUE, Duration.ofSeconds(20));
            }
            return has(ServerFault.HALF_CLOSE_OF_RESIZE_KILLS) ? 1002 : 0;
        }
        sizes = (has(ServerFault.RESIZE_IN_ONE_MESSAGE) ? "" : sizes) + text;
        try (MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(sizes)) {
            while (values.hasNextValue()) {
                JsonNode size = values.nextValue();
                int at = (int) values.getCurrentLocation().getCharOffset();
                if (!size.isObject() && !size.isNull()) {
                    throw new NumberFormatException("no size");
                }
                if (has(ServerFault.RESIZE_WIDTH_FIRST)
                        && !size.isEmpty()
                        && !size.fieldNames().next().equalsIgnoreCase("width")) {
                    throw new NumberFormatException("no width");
                }
                to.resize(cells(size, "Width"), cells(size, "Height"));
                sizes = sizes.substring(Math.min(at, sizes.length()));
                return takeSize(to, "");
            }
        } catch (JsonProcessingException | NumberFormatException noSize) {
            // Jackson has several exceptions for what may go on in the next message, and says so in all of them.
            if (noSize instanceof JsonProcessingException json
                    && json.getOriginalMessage().contains("end-of-input")) {
                return 0;
            }
            sizesEnded = true;
            return has(ServerFault.RESIZE_ERROR_KILLS) ? 1002 : 0;
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return 0;
    }

    private int cells(JsonNode size, String name) {
        int cells = 0;
        for (Map.Entry<String, JsonNode> field : size.properties()) {
            boolean named = has(ServerFault.RESIZE_NAMES_IN_ONE_CASE)
                    ? field.getKey().equals(name)
                    : field.getKey().equalsIgnoreCase(name);
            if (named && !field.getValue().isNull()) {
                if (!field.getValue().isInt() || field.getValue().asInt() >>> 16 != 0) {
                    throw new NumberFormatException("no number of cells");
                }
                cells = field.getValue().asInt();
            }
        }
        return cells;
    }
}
