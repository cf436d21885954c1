/** Our client against servers of others. */
@NullMarked
package io.wsstream.conformance.client;

import org.jspecify.annotations.NullMarked;
