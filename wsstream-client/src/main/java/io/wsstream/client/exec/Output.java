package io.wsstream.client.exec;

import io.wsstream.core.stream.ByteSink;

/** Where an output of the command goes on this side. */
interface Output extends ByteSink {
    /** Somebody waits for the result: an output that nobody reads must not hold it up any more. */
    void unattended();
}
