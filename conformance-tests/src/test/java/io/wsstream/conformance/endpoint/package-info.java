/** Channels for other uses than exec, with the clients of others. */
@NullMarked
package io.wsstream.conformance.endpoint;

import org.jspecify.annotations.NullMarked;
