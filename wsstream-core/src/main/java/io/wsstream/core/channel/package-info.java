/** Messages into channels and back: the raw and base64 codecs, CLOSE, and terminal sizes. */
@NullMarked
package io.wsstream.core.channel;

import org.jspecify.annotations.NullMarked;
