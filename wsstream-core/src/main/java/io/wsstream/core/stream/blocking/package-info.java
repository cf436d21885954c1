/** Channels as {@link java.io.InputStream} and {@link java.io.OutputStream}: the only part of core that waits. */
@NullMarked
package io.wsstream.core.stream.blocking;

import org.jspecify.annotations.NullMarked;
