/** The code of the how-tos, as their readers would write it; each class stands in its page word for word. */
@NullMarked
package io.wsstream.conformance.docs.examples;

import org.jspecify.annotations.NullMarked;
