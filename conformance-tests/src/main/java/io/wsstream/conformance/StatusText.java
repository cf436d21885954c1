package io.wsstream.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What stands on the error channel at the end of a session. Source: PROTOCOL.md 11. */
final class StatusText {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private StatusText() {}

    /** {@return {@code success}, {@code {exit: N}} or {@code {failure: TEXT}} as this subprotocol writes it} */
    static byte[] written(Node status, Dialect dialect) {
        return write(status, dialect).getBytes(StandardCharsets.UTF_8);
    }

    private static String write(Node status, Dialect dialect) {
        if (status.isText()) {
            if (!status.text().equals("success")) {
                throw status.wrong("success, {exit: N} or {failure: TEXT} is expected");
            }
            return dialect.hasJsonStatus() ? "{\"metadata\":{},\"status\":\"Success\"}" : "";
        }
        Node exit = status.only("exit", "failure").get("exit");
        String message = exit == null
                ? "Internal error occurred: " + status.need("failure").text()
                : "command terminated with non-zero exit code: exit status " + exit;
        if (!dialect.hasJsonStatus()) {
            return message;
        }
        ObjectNode json = JSON.createObjectNode();
        json.putObject("metadata");
        json.put("status", "Failure").put("message", message);
        if (exit == null) {
            json.put("reason", "InternalError");
            json.putObject("details")
                    .putArray("causes")
                    .addObject()
                    .put("message", status.need("failure").text());
            json.put("code", 500);
        } else {
            json.put("reason", "NonZeroExitCode");
            json.putObject("details")
                    .putArray("causes")
                    .addObject()
                    .put("reason", "ExitCode")
                    .put("message", String.valueOf(exit.number()));
        }
        return json.toString();
    }

    /** {@return the JSON object that these bytes are, with nothing before, after or twice; null if they are none} */
    static @Nullable JsonNode parse(byte[] bytes) {
        try {
            JsonNode json = JSON.readTree(bytes);
            return json != null && json.isObject() ? json : null;
        } catch (JsonProcessingException noJson) {
            return null;
        } catch (IOException impossible) {
            throw new AssertionError("bytes in memory can be read", impossible);
        }
    }

    /** {@return the exit code that a status of reason NonZeroExitCode carries; null if it carries none as it should} */
    static @Nullable Integer exitCode(JsonNode status) {
        if (!status.path("status").asText().equals("Failure")
                || !status.path("reason").asText().equals("NonZeroExitCode")) {
            return null;
        }
        for (JsonNode cause : status.path("details").path("causes")) {
            JsonNode code = cause.path("message");
            if (cause.path("reason").asText().equals("ExitCode")) {
                return code.isTextual() && code.asText().matches("[0-9]{1,3}") ? Integer.valueOf(code.asText()) : null;
            }
        }
        return null;
    }
}
