/** What the documents show is compiled. */
@NullMarked
package io.wsstream.conformance.docs;

import org.jspecify.annotations.NullMarked;
