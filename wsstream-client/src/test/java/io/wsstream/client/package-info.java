/** Tests of the client's entry. */
@NullMarked
package io.wsstream.client;

import org.jspecify.annotations.NullMarked;
