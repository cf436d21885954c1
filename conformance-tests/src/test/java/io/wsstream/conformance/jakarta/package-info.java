/** Our sessions inside containers of others. */
@NullMarked
package io.wsstream.conformance.jakarta;

import org.jspecify.annotations.NullMarked;
