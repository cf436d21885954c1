/**
 * RFC 6455 without I/O: the frame machine, masking, close codes, and a connection that is fed bytes and fed time. Server
 * and client share it.
 */
@NullMarked
package io.wsstream.core.websocket;

import org.jspecify.annotations.NullMarked;
