package io.wsstream.core.conn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class WebSocketRequestTest {
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors/detection.csv", numLinesToSkip = 1)
    void conformsToVector(String id, String section, String headers, String expectation) {
        Function<String, List<String>> request = name -> valuesOf(name, headers);

        List<String> said = new ArrayList<>();
        if (WebSocketRequest.isRequested(request)) {
            said.add("websocket");
        }
        if (WebSocketRequest.isRequestedWithStreamClose(request)) {
            said.add("close");
        }
        if (WebSocketRequest.isRequestedWithTunneling(request)) {
            said.add("tunnel");
        }

        assertThat(said.isEmpty() ? "-" : String.join(" ", said))
                .as("%s, PROTOCOL.md %s", id, section)
                .isEqualTo(expectation);
    }

    private static List<String> valuesOf(String name, String headers) {
        List<String> values = new ArrayList<>();
        for (String line : headers.split("\\|", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).toLowerCase(Locale.ROOT).equals(name)) {
                values.add(line.substring(colon + 1));
            }
        }
        return values;
    }
}
