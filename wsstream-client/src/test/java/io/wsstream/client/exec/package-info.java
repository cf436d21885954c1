/** Sessions against servers that misbehave. */
@NullMarked
package io.wsstream.client.exec;

import org.jspecify.annotations.NullMarked;
