/** A WebSocket peer on blocking sockets that keeps no rule by itself: what goes out is what the caller says. */
@NullMarked
package io.wsstream.conformance.wire;

import org.jspecify.annotations.NullMarked;
