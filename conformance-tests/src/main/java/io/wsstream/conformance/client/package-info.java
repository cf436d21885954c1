/** Conformance of clients: the harness plays the server. */
@NullMarked
package io.wsstream.conformance.client;

import org.jspecify.annotations.NullMarked;
