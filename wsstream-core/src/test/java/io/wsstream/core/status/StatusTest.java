package io.wsstream.core.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusTest {
    @Test
    void exitCodeZeroIsASuccessWithoutAnExitCode() {
        assertThat(Status.exited(0)).isEqualTo(Status.success());
        assertThat(Status.success().exitCode()).isEmpty();
    }

    @Test
    void anExitCodeIsReadBack() {
        assertThat(Status.exited(42).exitCode()).hasValue(42);
        assertThat(Status.exited(42).isSuccess()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 256, Integer.MIN_VALUE})
    void anExitCodeOutsideAByteIsAMistakeOfTheCaller(int code) {
        assertThatThrownBy(() -> Status.exited(code)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFailureWithoutACauseHasNoExitCode() {
        assertThat(Status.failure(404, "NotFound", "m").exitCode()).isEmpty();
        assertThat(Status.internalError("m").exitCode()).isEmpty();
    }

    @Test
    void causesAreCopied() {
        List<Status.Cause> causes = new ArrayList<>();
        Status.Details details = new Status.Details("", "", causes);

        causes.add(new Status.Cause("", "late", ""));

        assertThat(details.causes()).isEmpty();
    }

    @Test
    void anErrorSpeaksWithTheMessageOrElseTheReason() {
        assertThat(new StatusError(Status.failure(404, "NotFound", "no such pod")))
                .hasMessage("no such pod");
        assertThat(new StatusError(Status.failure(404, "NotFound", ""))).hasMessage("NotFound");
    }
}
