package io.wsstream.core.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.conn.ForwardedPorts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("fuzz")
class ForwardedPortsFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void readsPortsOrSaysWhyNot(FuzzedDataProvider data) {
        List<String> values = new ArrayList<>();
        for (int i = data.consumeInt(0, 4); i > 0; i--) {
            values.add(data.consumeString(300));
        }
        try {
            ForwardedPorts ports = ForwardedPorts.parse("port", values);
            if (ports.ports().isEmpty() || ports.protocols().isEmpty()) {
                throw new AssertionError("no ports");
            }
        } catch (HandshakeException refused) {
            String said = String.valueOf(refused.getMessage());
            if (refused.httpStatus() != 400 || said.length() > 500 || said.indexOf('\n') >= 0) {
                throw new AssertionError("a refusal that is none: " + said, refused);
            }
        }
    }
}
