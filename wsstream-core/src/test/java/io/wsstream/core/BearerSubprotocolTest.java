package io.wsstream.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class BearerSubprotocolTest {
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/bearer.csv", numLinesToSkip = 1)
    void conformsToVector(String id, String section, String offer, String expectation) throws Exception {
        List<String> names = Subprotocol.parseOffer(List.of(offer.split("\\|", -1)));

        if (expectation.startsWith("refuse ")) {
            assertThatThrownBy(() -> BearerSubprotocol.parse(names))
                    .as("%s, PROTOCOL.md %s", id, section)
                    .isInstanceOfSatisfying(
                            HandshakeException.class,
                            refused -> assertThat(refused.httpStatus()).isEqualTo(401))
                    .hasMessageStartingWith(expectation.substring("refuse ".length()));
            return;
        }
        BearerSubprotocol parsed = BearerSubprotocol.parse(names);
        String said = (parsed.token() == null ? "-" : parsed.token()) + " "
                + (parsed.offered().isEmpty() ? "-" : String.join(" ", parsed.offered()));
        assertThat(said).as("%s, PROTOCOL.md %s", id, section).isEqualTo(expectation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "s3cret", "???>>>", "ü€", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"})
    void whatAClientOffersAServerReads(String token) throws Exception {
        String entry = BearerSubprotocol.entry(token);

        assertThat(entry).matches("[!-~&&[^,;=\"]]+"); // a token of RFC 9110 5.6.2, or a JDK client refuses it
        assertThat(BearerSubprotocol.parse(List.of(entry, "v5.channel.k8s.io")).token())
                .isEqualTo(token);
    }

    @Test
    void theTextFormHidesTheToken() throws Exception {
        BearerSubprotocol parsed =
                BearerSubprotocol.parse(List.of(BearerSubprotocol.entry("s3cret"), "v4.channel.k8s.io"));

        assertThat(parsed).hasToString("BearerSubprotocol[present, [v4.channel.k8s.io]]");
    }
}
