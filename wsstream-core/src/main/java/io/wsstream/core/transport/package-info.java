/**
 * What a connection stands on: {@link io.wsstream.core.transport.Transport}, which carries messages, and {@link
 * io.wsstream.core.transport.ByteLink}, which carries the bytes under a WebSocket.
 */
@NullMarked
package io.wsstream.core.transport;

import org.jspecify.annotations.NullMarked;
