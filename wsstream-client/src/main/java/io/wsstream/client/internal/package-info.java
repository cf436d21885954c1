/** The socket and the upgrade under the client; no API. */
@NullMarked
package io.wsstream.client.internal;

import org.jspecify.annotations.NullMarked;
