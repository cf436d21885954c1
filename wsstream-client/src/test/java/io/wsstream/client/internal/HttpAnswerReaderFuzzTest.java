package io.wsstream.client.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** An answer is read, or there is an IOException that says why not. */
@Tag("fuzz")
class HttpAnswerReaderFuzzTest {
    /** What answers are made of: bytes alone would not get beyond the first line in so short a time. */
    private static final String[] PHRASES = {
        "HTTP/1.1 ",
        "101",
        "103",
        "200",
        "404",
        " ",
        "\r\n",
        "\n",
        ":",
        "Content-Length: ",
        "Transfer-Encoding: chunked\r\n",
        "0",
        "5",
        "ffffffff",
        "99999999999",
        "hello"
    };

    @FuzzTest(maxDuration = "3s")
    void readsAnAnswerOrSaysWhyNot(FuzzedDataProvider data) {
        StringBuilder text = new StringBuilder(data.consumeBoolean() ? "HTTP/1.1 " : "");
        while (data.remainingBytes() > 0) {
            text.append(data.consumeInt(0, 3) > 0 ? data.pickValue(PHRASES) : data.consumeString(8));
        }
        byte[] bytes = text.toString().getBytes(ISO_8859_1);
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
