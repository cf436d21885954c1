/** The multiplexed connection: channels with bounded queues, half-close, back-pressure, and the order of the end. */
@NullMarked
package io.wsstream.core.stream;

import org.jspecify.annotations.NullMarked;
