/**
 * Sessions inside a Jakarta WebSocket container of the program's own: its handshake, its sockets and threads, and of ours
 * all that comes after.
 *
 * <pre>
 *   container: HTTP, 101 - JakartaListener's Handshake decides - SessionEndpoint - SessionLink - WebSocketTransport
 * </pre>
 *
 * <p>Nothing here knows more than {@code jakarta.websocket-api}.
 */
@NullMarked
package io.wsstream.server.jakarta;

import org.jspecify.annotations.NullMarked;
