package io.wsstream.server;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How a session ended, for a {@link SessionListener}. Immutable.
 *
 * @param description one line for a person, such as {@code exited with 0} or {@code the peer is gone}
 * @param exitCode the process's exit code, 0 to 255, if it ended by itself
 * @param bytesIn payload received for stdin, in bytes; 0 for a {@link WebSocketEndpoint}, whose bytes are not counted
 * @param bytesOut payload sent from stdout and stderr, in bytes; likewise
 * @param lasted from the upgrade to the end
 */
public record SessionOutcome(String description, OptionalInt exitCode, long bytesIn, long bytesOut, Duration lasted) {}
