package io.wsstream.core.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wsstream.core.ExecResult;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.testing.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.EnumSource;

class StatusCodecTest {
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(
            resources = "/vectors/status-encode.csv",
            numLinesToSkip = 1,
            ignoreLeadingAndTrailingWhitespace = false)
    void encodesVector(String id, String section, String subprotocol, String outcome, String expectation) {
        Status status = outcome.startsWith("exit ")
                ? Status.exited(Integer.parseInt(outcome.substring(5)))
                : Status.internalError(outcome.substring("internal ".length()));

        byte[] payload = StatusCodec.encode(named(subprotocol), status);

        assertThat(payload.length == 0 ? "-" : new String(payload, StandardCharsets.UTF_8))
                .as("%s, PROTOCOL.md %s", id, section)
                .isEqualTo(expectation);
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(
            resources = "/vectors/status-decode.csv",
            numLinesToSkip = 1,
            ignoreLeadingAndTrailingWhitespace = false)
    void decodesVector(String id, String section, String subprotocol, String text, String expectation) {
        Subprotocol agreed = named(subprotocol);

        String outcome = outcomeOf(agreed, Bytes.ofText(text));

        assertThat(outcome).as("%s, PROTOCOL.md %s", id, section).isEqualTo(expectation);
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"V4", "V4_BASE64", "V5"})
    void everyExitCodeComesBackAsItWent(Subprotocol subprotocol) {
        for (int code = 0; code <= 255; code++) {
            byte[] payload = StatusCodec.encode(subprotocol, Status.exited(code));

            assertThat(outcomeOf(subprotocol, payload)).isEqualTo(code == 0 ? "success" : "exit " + code);
        }
    }

    @Test
    void everyFieldComesBackAsItWent() throws Exception {
        Status status = new Status(
                Status.FAILURE,
                "quoted \" and \u0001 and 😀",
                "Invalid",
                422,
                new Status.Details(
                        "pod-1",
                        "Pod",
                        List.of(
                                new Status.Cause("FieldValueInvalid", "must be", "spec.x"),
                                new Status.Cause("", "", ""))));

        assertThat(StatusCodec.parse(StatusCodec.encode(Subprotocol.V5, status)))
                .isEqualTo(status);
        assertThat(StatusCodec.parse(StatusCodec.encodeForHttp(status))).isEqualTo(status);
    }

    @Test
    void aRefusalOverHttpNamesItsKind() {
        byte[] body = StatusCodec.encodeForHttp(Status.failure(404, "NotFound", "no such pod"));

        assertThat(new String(body, StandardCharsets.UTF_8))
                .isEqualTo("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                        + "\"message\":\"no such pod\",\"reason\":\"NotFound\",\"code\":404}");
    }

    @Test
    void aTextThatIsNoUnicodeIsStillSent() {
        for (String text : List.of("\ud800 not found", "\udc00 not found", "\ud800", "\udc00", "\udc00\ud800")) {
            byte[] payload = StatusCodec.encode(Subprotocol.V5, Status.internalError("file " + text));

            assertThat(outcomeOf(Subprotocol.V5, payload)).startsWith("failure Internal error occurred: file ");
        }
    }

    @Test
    void theWordsAboutABadStatusShowItsBeginningOnly() {
        byte[] text = ("no json " + "x".repeat(10_000)).getBytes(StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> StatusCodec.decode(Subprotocol.V4, text))
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("no json xxx")
                .satisfies(thrown ->
                        assertThat(String.valueOf(thrown.getMessage()).length()).isLessThan(500));
    }

    @Test
    void noBytesAtAllAreNeverASuccessWhereAStatusIsJson() {
        for (Subprotocol subprotocol : Subprotocol.values()) {
            String outcome = outcomeOf(subprotocol, new byte[0]);

            assertThat(outcome).isEqualTo(subprotocol.hasJsonStatus() ? "reject" : "success");
        }
    }

    @Test
    void whateverComesIsAResultOrTheRefusal() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = StatusCodec.encode(Subprotocol.V5, Status.exited(42));
        for (int round = 0; round < 5000; round++) {
            byte[] mutated = java.util.Arrays.copyOf(good, random.nextInt(good.length + 5));
            for (int i = random.nextInt(5); i > 0 && mutated.length > 0; i--) {
                mutated[random.nextInt(mutated.length)] = (byte) "{}[]\":,x0\u00ff".charAt(random.nextInt(10));
            }
            try {
                outcomeOf(Subprotocol.V5, mutated);
            } catch (RuntimeException thrown) {
                throw new AssertionError("seed " + seed + ", round " + round, thrown);
            }
        }
    }

    @Test
    void deepNestingIsRefused() {
        byte[] deep = ("{\"x\":" + "[".repeat(100_000)).getBytes(StandardCharsets.US_ASCII);

        assertThat(outcomeOf(Subprotocol.V5, deep)).isEqualTo("reject");
    }

    private static Subprotocol named(String name) {
        return Objects.requireNonNull(Subprotocol.of(name.equals("-") ? "" : name));
    }

    private static String outcomeOf(Subprotocol subprotocol, byte[] payload) {
        ExecResult result;
        try {
            result = StatusCodec.decode(subprotocol, payload);
        } catch (ProtocolViolationException refused) {
            return "reject";
        }
        if (result instanceof ExecResult.ExitCode exited) {
            return "exit " + exited.code();
        }
        if (result instanceof ExecResult.Failure failure) {
            return "failure "
                    + (failure.status().message().isEmpty()
                            ? "-"
                            : failure.status().message());
        }
        return result.isSuccess() ? "success" : String.valueOf(result);
    }
}
