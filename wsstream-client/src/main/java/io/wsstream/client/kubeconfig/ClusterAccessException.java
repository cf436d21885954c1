package io.wsstream.client.kubeconfig;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A cluster cannot be reached as configured: a file is missing or unreadable, or names what is not there. */
public final class ClusterAccessException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * A fault in the configuration.
     *
     * @param message what was found, what was expected, what to do
     * @param cause what failed, or null
     */
    public ClusterAccessException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
