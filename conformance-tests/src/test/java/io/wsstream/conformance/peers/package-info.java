/** The real peers that tests run against: programs built from public packages by {@code conformance-tests/peers/build}. */
@NullMarked
package io.wsstream.conformance.peers;

import org.jspecify.annotations.NullMarked;
