package io.wsstream.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SubprotocolTest {
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/selection.csv", numLinesToSkip = 1, ignoreLeadingAndTrailingWhitespace = false)
    void conformsToVector(String id, String section, String offer, String supported, String expectation) {
        List<String> lines = offer.equals("-") ? List.of() : List.of(offer.split("\\|", -1));
        Set<Subprotocol> served = EnumSet.noneOf(Subprotocol.class);
        for (String name : supported.split(" ", -1)) {
            served.add(Subprotocol.valueOf(name));
        }

        Subprotocol chosen = Subprotocol.select(Subprotocol.parseOffer(lines), served);

        assertThat(chosen == null ? "refuse" : chosen.name())
                .as("%s, PROTOCOL.md %s", id, section)
                .isEqualTo(expectation);
    }

    @ParameterizedTest
    @CsvSource({
        "NONE,      '',                       RAW,    false, false, false",
        "V1,        channel.k8s.io,           RAW,    false, false, false",
        "BASE64,    base64.channel.k8s.io,    BASE64, false, false, false",
        "V2,        v2.channel.k8s.io,        RAW,    false, false, false",
        "V3,        v3.channel.k8s.io,        RAW,    true,  false, false",
        "V4,        v4.channel.k8s.io,        RAW,    true,  true,  false",
        "V4_BASE64, v4.base64.channel.k8s.io, BASE64, true,  true,  false",
        "V5,        v5.channel.k8s.io,        RAW,    true,  true,  true",
    })
    void eachSaysWhatProtocolSection4Says(
            Subprotocol subprotocol,
            String name,
            Subprotocol.Codec codec,
            boolean resize,
            boolean jsonStatus,
            boolean close) {
        assertThat(subprotocol.wireName()).isEqualTo(name);
        assertThat(subprotocol.codec()).isEqualTo(codec);
        assertThat(subprotocol.hasResize()).isEqualTo(resize);
        assertThat(subprotocol.hasJsonStatus()).isEqualTo(jsonStatus);
        assertThat(subprotocol.hasClose()).isEqualTo(close);
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    void eachIsFoundByItsName(Subprotocol subprotocol) {
        assertThat(Subprotocol.of(subprotocol.wireName())).isEqualTo(subprotocol);
    }

    @Test
    void otherNamesAreNone() {
        assertThat(Subprotocol.of("v5.base64.channel.k8s.io")).isNull();
        assertThat(Subprotocol.of("V5.channel.k8s.io")).isNull();
    }

    @Test
    void anOfferDoesNotChangeAfterwards() {
        List<String> lines = new ArrayList<>(List.of("a, b"));
        List<String> offer = Subprotocol.parseOffer(lines);

        lines.add("c");

        assertThat(offer).containsExactly("a", "b");
    }
}
