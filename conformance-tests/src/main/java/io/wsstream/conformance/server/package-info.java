/** Conformance of servers: the harness plays the client. */
@NullMarked
package io.wsstream.conformance.server;

import org.jspecify.annotations.NullMarked;
