/** The status that ends a session: {@code metav1.Status} as it stands on channel 3 and in refusals over HTTP. */
@NullMarked
package io.wsstream.core.status;

import org.jspecify.annotations.NullMarked;
