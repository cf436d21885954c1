package io.wsstream.server.rest;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** A target is taken apart or refused with 400. */
@Tag("fuzz")
class RequestTargetFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void isTakenApartOrRefused(FuzzedDataProvider data) {
        String prefix = data.consumeBoolean() ? "/k8s" : "";
        String raw = data.consumeRemainingAsString();
        try {
            RequestTarget target = RequestTarget.parse(raw);
            target.segmentsBelow(prefix).ifPresent(segments -> segments.forEach(RequestTargetFuzzTest::check));
            Map<String, List<String>> parameters = target.parameters();
            parameters.forEach((name, values) -> {
                check(name);
                values.forEach(RequestTargetFuzzTest::check);
                if (values.isEmpty() || !RequestTarget.first(parameters, name).equals(values.get(0))) {
                    throw new AssertionError("a parameter without a value");
                }
                RequestTarget.flag(parameters, name);
            });
        } catch (Refusal refused) {
            if (refused.status().code() != 400) {
                throw new AssertionError("another refusal than 400", refused);
            }
        }
    }

    private static void check(String decoded) {
        if (decoded.indexOf('\0') >= 0) {
            throw new AssertionError("NUL in " + decoded);
        }
    }
}
