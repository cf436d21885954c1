package io.wsstream.core.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import io.wsstream.core.ExecResult;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads {@link Status} as Go's encoding/json does: same field order, empty fields left out, {@code <}, {@code
 * >}, {@code &} escaped, names read in any case, unknown fields ignored.
 *
 * <p>Uses only streaming Jackson, so that it works beside either major version of databind.
 *
 * <p><b>Threads:</b> stateless. <b>Blocking:</b> none. <b>Memory:</b> one array per message.
 *
 * <p>Source: {@code apimachinery/pkg/apis/meta/v1/types.go}; PROTOCOL.md 11.2, 11.3.
 */
public final class StatusCodec {
    /** A status larger than this is refused: no server has reason to send one. */
    public static final int MAX_BYTES = 1 << 20;

    private static final JsonFactory JSON = new JsonFactory();
    private static final CharacterEscapes GO_ESCAPES = new GoEscapes();

    private StatusCodec() {}

    /**
     * The status that ends a session, as channel 3 carries it.
     *
     * @param subprotocol which format
     * @param status what to say
     * @return the payload; empty means that nothing is to be sent, which before v4 is how success is said
     */
    public static byte[] encode(Subprotocol subprotocol, Status status) {
        if (subprotocol.hasJsonStatus()) {
            return toJson(status, false);
        }
        return status.isSuccess() ? new byte[0] : status.message().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A refusal, as HTTP carries it: the same JSON with kind and apiVersion.
     *
     * @param status what to say
     * @return UTF-8 JSON
     */
    public static byte[] encodeForHttp(Status status) {
        return toJson(status, true);
    }

    private static byte[] toJson(Status status, boolean withKind) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.setCharacterEscapes(GO_ESCAPES);
            json.writeStartObject();
            if (withKind) {
                json.writeStringField("kind", "Status");
                json.writeStringField("apiVersion", "v1");
            }
            json.writeObjectFieldStart("metadata");
            json.writeEndObject();
            writeUnlessEmpty(json, "status", status.status());
            writeUnlessEmpty(json, "message", status.message());
            writeUnlessEmpty(json, "reason", status.reason());
            if (status.details() != null) {
                writeDetails(json, status.details());
            }
            if (status.code() != 0) {
                json.writeNumberField("code", status.code());
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("JSON into memory", impossible);
        }
        return bytes.toByteArray();
    }

    private static void writeDetails(JsonGenerator json, Status.Details details) throws IOException {
        json.writeObjectFieldStart("details");
        writeUnlessEmpty(json, "name", details.name());
        writeUnlessEmpty(json, "kind", details.kind());
        if (!details.causes().isEmpty()) {
            json.writeArrayFieldStart("causes");
            for (Status.Cause cause : details.causes()) {
                json.writeStartObject();
                writeUnlessEmpty(json, "reason", cause.reason());
                writeUnlessEmpty(json, "message", cause.message());
                writeUnlessEmpty(json, "field", cause.field());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void writeUnlessEmpty(JsonGenerator json, String name, String value) throws IOException {
        if (!value.isEmpty()) {
            json.writeStringField(name, value);
        }
    }

    /**
     * What a client makes of everything that came on channel 3 before a clean end.
     *
     * @param subprotocol which format
     * @param payload all bytes of channel 3, possibly none
     * @return the result; on v4 and v5 no bytes at all are an exception, never a success
     * @throws ProtocolViolationException if the bytes are no status, or a status whose exit code is malformed
     */
    public static ExecResult decode(Subprotocol subprotocol, byte[] payload) throws ProtocolViolationException {
        if (!subprotocol.hasJsonStatus()) {
            return payload.length == 0
                    ? new ExecResult.Success()
                    : new ExecResult.Failure(Status.failure(0, "", new String(payload, StandardCharsets.UTF_8)));
        }
        if (payload.length == 0) {
            throw violation("the session ended without a status", payload);
        }
        Status status = parse(payload);
        if (status.isSuccess()) {
            return new ExecResult.Success();
        }
        if (!status.status().equals(Status.FAILURE)) {
            throw violation("status is neither Success nor Failure", payload);
        }
        if (!status.reason().equals(Status.NON_ZERO_EXIT_CODE)) {
            return new ExecResult.Failure(status);
        }
        int code = status.exitCode()
                .orElseThrow(() -> violation("NonZeroExitCode without a cause ExitCode from 0 to 255", payload));
        return new ExecResult.ExitCode(code, status);
    }

    /**
     * Reads a JSON Status.
     *
     * @param json UTF-8 JSON, one object, white space around it allowed
     * @return the status
     * @throws ProtocolViolationException if it is anything else
     */
    public static Status parse(byte[] json) throws ProtocolViolationException {
        // As text, so that bytes that are no UTF-8 cost a character and not the whole status; so does Go.
        try (JsonParser in = JSON.createParser(new String(json, StandardCharsets.UTF_8))) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw violation("no JSON object", json);
            }
            Status status = readStatus(in);
            if (in.nextToken() != null) {
                throw violation("more than one JSON value", json);
            }
            return status;
        } catch (ProtocolViolationException known) {
            throw known;
        } catch (IOException malformed) {
            throw violation("invalid JSON", json);
        }
    }

    private static Status readStatus(JsonParser in) throws IOException {
        String status = "";
        String message = "";
        String reason = "";
        int code = 0;
        Status.Details details = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName().toLowerCase(Locale.ROOT);
            in.nextToken();
            switch (name) {
                case "status" -> status = text(in);
                case "message" -> message = text(in);
                case "reason" -> reason = text(in);
                case "code" -> code = number(in);
                case "details" -> details = readDetails(in);
                default -> in.skipChildren();
            }
        }
        return new Status(status, message, reason, code, details);
    }

    private static Status.@Nullable Details readDetails(JsonParser in) throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return null;
        }
        String objectName = "";
        String kind = "";
        List<Status.Cause> causes = new ArrayList<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName().toLowerCase(Locale.ROOT);
            in.nextToken();
            switch (name) {
                case "name" -> objectName = text(in);
                case "kind" -> kind = text(in);
                case "causes" -> readCauses(in, causes);
                default -> in.skipChildren();
            }
        }
        return new Status.Details(objectName, kind, causes);
    }

    private static void readCauses(JsonParser in, List<Status.Cause> causes) throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() == JsonToken.START_OBJECT) {
            String reason = "";
            String message = "";
            String field = "";
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName().toLowerCase(Locale.ROOT);
                in.nextToken();
                switch (name) {
                    case "reason" -> reason = text(in);
                    case "message" -> message = text(in);
                    case "field" -> field = text(in);
                    default -> in.skipChildren();
                }
            }
            causes.add(new Status.Cause(reason, message, field));
        }
        if (in.currentToken() != JsonToken.END_ARRAY) {
            throw new IOException("causes holds something other than objects");
        }
    }

    private static String text(JsonParser in) throws IOException {
        JsonToken token = in.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return in.getText();
        }
        if (token != JsonToken.VALUE_NULL) {
            throw new IOException("expected a string");
        }
        return "";
    }

    private static int number(JsonParser in) throws IOException {
        JsonToken token = in.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return in.getIntValue();
        }
        if (token != JsonToken.VALUE_NULL) {
            throw new IOException("expected a whole number");
        }
        return 0;
    }

    private static ProtocolViolationException violation(String what, byte[] payload) {
        int shown = Math.min(payload.length, 200);
        String text = new String(payload, 0, shown, StandardCharsets.UTF_8);
        return new ProtocolViolationException(
                1002, "channel 3: " + what + "; expected one metav1.Status as JSON; got \"" + text + "\"");
    }

    /** What Go's encoder escapes beyond JSON's own rules, so that the text is safe inside HTML. */
    private static final class GoEscapes extends CharacterEscapes {
        private static final long serialVersionUID = 1L;

        private final int[] ascii = standardAsciiEscapesForJSON();

        GoEscapes() {
            ascii['<'] = ESCAPE_CUSTOM;
            ascii['>'] = ESCAPE_CUSTOM;
            ascii['&'] = ESCAPE_CUSTOM;
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int character) {
            return switch (character) {
                case '<', '>', '&', 0x2028, 0x2029 -> new SerializedString(String.format("\\u%04x", character));
                default -> null;
            };
        }
    }
}
