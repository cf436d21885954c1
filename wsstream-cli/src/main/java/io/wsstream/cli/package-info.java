/** The {@code wsstream} command. */
@NullMarked
package io.wsstream.cli;

import org.jspecify.annotations.NullMarked;
