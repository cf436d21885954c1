/**
 * The Java counterpart of Kubernetes' Go package {@code wsstream}, name by name in GO-PARITY.md: any number of channels
 * over a WebSocket ({@link io.wsstream.core.conn.Conn}), or one stream without channels ({@link
 * io.wsstream.core.conn.Reader}).
 */
@NullMarked
package io.wsstream.core.conn;

import org.jspecify.annotations.NullMarked;
