package io.wsstream.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.core.status.Status;
import org.junit.jupiter.api.Test;

class ExecResultTest {
    private final ExecResult success = new ExecResult.Success();
    private final ExecResult exitCode = new ExecResult.ExitCode(42, Status.exited(42));
    private final ExecResult exitCodeZero = new ExecResult.ExitCode(0, Status.exited(1));
    private final ExecResult failure = new ExecResult.Failure(Status.failure(404, "NotFound", "no such pod"));
    private final ExecResult wordless = new ExecResult.Failure(Status.failure(404, "NotFound", ""));
    private final ExecResult noStatus = new ExecResult.NoStatus(new ConnectionLostException("cut", null));

    @Test
    void onlySuccessIsASuccess() {
        assertThat(success.isSuccess()).isTrue();
        assertThat(exitCode.isSuccess()).isFalse();
        assertThat(exitCodeZero.isSuccess()).isFalse();
        assertThat(failure.isSuccess()).isFalse();
        assertThat(noStatus.isSuccess()).isFalse();
    }

    @Test
    void onlyTheServersWordGivesAnExitCode() {
        assertThat(success.exitCode()).hasValue(0);
        assertThat(exitCode.exitCode()).hasValue(42);
        assertThat(exitCodeZero.exitCode()).hasValue(0);
        assertThat(failure.exitCode()).isEmpty();
        assertThat(noStatus.exitCode()).isEmpty();
    }

    @Test
    void eachDescribesItselfInOneLine() {
        assertThat(success.describe()).isEqualTo("succeeded");
        assertThat(exitCode.describe()).isEqualTo("command terminated with exit code 42");
        assertThat(failure.describe()).isEqualTo("no such pod");
        assertThat(wordless.describe()).isEqualTo("failed: NotFound");
        assertThat(noStatus.describe()).isEqualTo("cut");
    }
}
