/** Connections that fail below the session. */
@NullMarked
package io.wsstream.client.internal;

import org.jspecify.annotations.NullMarked;
