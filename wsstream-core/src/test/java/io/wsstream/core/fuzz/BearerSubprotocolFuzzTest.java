package io.wsstream.core.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wsstream.core.BearerSubprotocol;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.Subprotocol;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** The header as it comes, with the prefix put in now and then. */
@Tag("fuzz")
class BearerSubprotocolFuzzTest {
    private static final String PREFIX = "base64url.bearer.authorization.k8s.io.";

    @FuzzTest(maxDuration = "3s")
    void readsATokenOrSaysWhyNot(FuzzedDataProvider data) {
        String line =
                data.consumeString(100) + (data.consumeBoolean() ? "," + PREFIX : "") + data.consumeRemainingAsString();
        List<String> names = Subprotocol.parseOffer(List.of(line));
        try {
            BearerSubprotocol parsed = BearerSubprotocol.parse(names);
            String token = parsed.token();
            if (parsed.offered().stream().anyMatch(name -> name.startsWith(PREFIX))
                    || parsed.offered().size() > names.size()) {
                throw new AssertionError("the entry is among the names");
            }
            // It may be written in more than one way, since the last character has bits to spare; but it can be
            // written.
            if (token != null
                    && !token.equals(BearerSubprotocol.parse(List.of(BearerSubprotocol.entry(token), "v4"))
                            .token())) {
                throw new AssertionError("a token that cannot be written");
            }
        } catch (HandshakeException refused) {
            if (refused.httpStatus() != 401) {
                throw new AssertionError("a refusal that is none", refused);
            }
        }
    }
}
