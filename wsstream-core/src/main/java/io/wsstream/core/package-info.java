/** The words of the protocol: subprotocols, channels, terminal sizes, results and errors. */
@NullMarked
package io.wsstream.core;

import org.jspecify.annotations.NullMarked;
