/**
 * The listener: Grizzly's sockets, TLS and HTTP, Tyrus' handshake and endpoints, and our own path for the bytes after the
 * 101.
 *
 * <pre>
 *   TransportFilter - TLS - ByteFilter - HTTP codec - UpgradeFilter - HttpHandler
 *                              |                          |              |
 *      bytes after the 101 ----+    GET, websocket: decide +    the rest: decide, answer
 * </pre>
 */
@NullMarked
package io.wsstream.server.tyrus;

import org.jspecify.annotations.NullMarked;
