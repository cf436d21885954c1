package io.wsstream.core;

import io.wsstream.core.status.Status;
import java.util.OptionalInt;

/**
 * How a remote command ended. Four cases, none of which is ever taken for another; above all {@link NoStatus} is no
 * success.
 *
 * <p>Source: {@code client-go/tools/remotecommand/errorstream.go}, {@code v4.go}; PROTOCOL.md 11.3, 11.4.
 */
public sealed interface ExecResult {
    /** The command ended with exit code 0. */
    record Success() implements ExecResult {
        @Override
        public OptionalInt exitCode() {
            return OptionalInt.of(0);
        }

        @Override
        public String describe() {
            return "succeeded";
        }
    }

    /**
     * The command ended by itself with a code that says failure.
     *
     * @param code 0 to 255; a server that reports 0 as a failure is taken at its word
     * @param status the status that carried it
     */
    record ExitCode(int code, Status status) implements ExecResult {
        @Override
        public OptionalInt exitCode() {
            return OptionalInt.of(code);
        }

        @Override
        public String describe() {
            return "command terminated with exit code " + code;
        }
    }

    /**
     * The session failed; there is no exit code.
     *
     * @param status the server's words
     */
    record Failure(Status status) implements ExecResult {
        @Override
        public OptionalInt exitCode() {
            return OptionalInt.empty();
        }

        @Override
        public String describe() {
            return status.message().isEmpty() ? "failed: " + status.reason() : status.message();
        }
    }

    /**
     * The session ended and nobody said how: the output may be cut short, and the command may still run.
     *
     * @param why what ended the session
     */
    record NoStatus(WsStreamException why) implements ExecResult {
        @Override
        public OptionalInt exitCode() {
            return OptionalInt.empty();
        }

        @Override
        public String describe() {
            return String.valueOf(why.getMessage());
        }
    }

    /** {@return the exit code, where the server gave one: 0 for success} */
    OptionalInt exitCode();

    /** {@return one line for a person} */
    String describe();

    /** {@return whether the command ended with exit code 0} */
    default boolean isSuccess() {
        return this instanceof Success;
    }
}
