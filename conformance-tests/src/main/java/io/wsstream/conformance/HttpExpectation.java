package io.wsstream.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.wsstream.conformance.wire.Excerpt;
import io.wsstream.conformance.wire.HttpHead;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a case says of the head of a request or a response. */
public final class HttpExpectation {
    private HttpExpectation() {}

    /**
     * Checks header lines: each name with a condition on its value, or with nothing behind it if it must be missing. For a
     * condition a missing header is an empty one.
     *
     * @throws CaseFailure at the first that is not as it should be
     */
    public static void checkHeaders(Node headers, HttpHead head) throws CaseFailure {
        for (String name : headers.keys()) {
            List<String> values = head.all(name);
            if (headers.isNothing(name)) {
                if (!values.isEmpty()) {
                    throw new CaseFailure("no header " + name, name + ": " + values.get(0));
                }
                continue;
            }
            Condition condition = Condition.of(headers.need(name));
            String value = values.isEmpty() ? "" : values.get(0);
            if (values.size() > 1 || !condition.holds(value.getBytes(StandardCharsets.UTF_8))) {
                throw new CaseFailure(
                        "one header " + name + ": " + condition,
                        values.isEmpty() ? "no such header" : values.toString());
            }
        }
    }

    /**
     * Checks an answer that is no 101.
     *
     * @param expected {@code status}, {@code headers}, {@code body}, and of a Status in the body {@code reason}
     * @throws CaseFailure if it is not as expected
     */
    public static void checkRefusal(Node expected, HttpHead head, byte[] body) throws CaseFailure {
        Node headers = expected.get("headers");
        if (headers != null) {
            checkHeaders(headers, head);
        }
        Node condition = expected.get("body");
        if (condition != null && !Condition.of(condition).holds(body)) {
            throw new CaseFailure("body " + condition, Excerpt.text(body));
        }
        Node reason = expected.get("reason");
        if (reason != null) {
            JsonNode status = StatusText.parse(body);
            if (status == null
                    || !status.path("kind").asText().equals("Status")
                    || !status.path("apiVersion").asText().equals("v1")
                    || !status.path("status").asText().equals("Failure")
                    || status.path("code").asInt() != head.status()
                    || status.path("message").asText().isEmpty()
                    || !reason.words().contains(status.path("reason").asText())) {
                throw new CaseFailure(
                        "a Status (kind, apiVersion v1, status Failure, a message, code " + head.status() + ", reason "
                                + reason + ") as JSON",
                        Excerpt.text(body));
            }
        }
    }
}
