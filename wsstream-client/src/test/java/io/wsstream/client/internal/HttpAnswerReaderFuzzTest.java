package io.wsstream.client.internal;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** An answer is read, or there is an IOException that says why not. */
@Tag("fuzz")
class HttpAnswerReaderFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void readsAnAnswerOrSaysWhyNot(FuzzedDataProvider data) {
        String beginning = data.consumeBoolean() ? "HTTP/1.1 404 Not Found\r\n" : "";
        byte[] bytes =
                (beginning + data.consumeRemainingAsString()).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        HttpAnswerReader reader = HttpAnswerReader.ofServer(new ByteArrayInputStream(bytes));
        try {
            HttpAnswer answer = reader.readHead();
            if (answer.status() < 101 || answer.status() > 999) {
                throw new AssertionError("status " + answer.status());
            }
            if (answer.status() != 101 && reader.readBody(answer).length() > HttpAnswerReader.MAX_BYTES) {
                throw new AssertionError("a body over the limit");
            }
        } catch (IOException refused) {
            if (refused.getMessage() == null) {
                throw new AssertionError("nothing said", refused);
            }
        }
    }
}
